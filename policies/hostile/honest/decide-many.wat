  ;; a permit for each; memory is zero from here on, and zeros are a permit
  (func (export "decide-many") (param $question i32) (result i32)
    (i32.store (i32.const 128) (i32.const 1024))
    ;; behind the principal, the action, and where the resources are: how many
    (i32.store (i32.const 132) (i32.load offset=68 (local.get $question)))
    (i32.const 128))
