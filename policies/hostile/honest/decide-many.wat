  ;; a permit for each
  (func (export "decide-many") (param $question i32) (result i32)
    (local $answer i32) (local $end i32)
    (local.set $answer (i32.const 1024))
    ;; behind the principal, the action, the kind, and where the ids are: how many
    (local.set $end (i32.add (i32.const 1024) (i32.mul (i32.load offset=76 (local.get $question)) (i32.const 32))))
    (loop $more
      (i32.store8 (local.get $answer) (i32.const 2))
      (local.set $answer (i32.add (local.get $answer) (i32.const 32)))
      (br_if $more (i32.lt_u (local.get $answer) (local.get $end))))
    (i32.store (i32.const 128) (i32.const 1024))
    (i32.store (i32.const 132) (i32.load offset=76 (local.get $question)))
    (i32.const 128))
