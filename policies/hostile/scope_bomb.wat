  ;; 200 nodes, each all-of [the one before, the one before]: 2 to the 200th as a tree
  (data (i32.const 512) "\02\00\00\00" "\00\04\00\00\c8\00\00\00" "\c7\00\00\00")
  (func (export "scope") (param i32) (result i32)
    (local $i i32)
    (local.set $i (i32.const 1))
    (loop $more
      ;; the operands of node i, from 16384 on
      (i32.store (i32.add (i32.const 16384) (i32.mul (local.get $i) (i32.const 8)))
        (i32.sub (local.get $i) (i32.const 1)))
      (i32.store (i32.add (i32.const 16388) (i32.mul (local.get $i) (i32.const 8)))
        (i32.sub (local.get $i) (i32.const 1)))
      ;; node i, from 1024 on
      (i32.store (i32.add (i32.const 1032) (i32.mul (local.get $i) (i32.const 32)))
        (i32.add (i32.const 16384) (i32.mul (local.get $i) (i32.const 8))))
      (i32.store (i32.add (i32.const 1036) (i32.mul (local.get $i) (i32.const 32))) (i32.const 2))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (i32.const 200))))
    (i32.const 512))
