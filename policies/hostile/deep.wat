  ;; Calls itself until there is no stack left.
  (func $down (param i32) (result i32) (i32.add (i32.const 1) (call $down (i32.add (local.get 0) (i32.const 1)))))
  (func (export "decide") (param i32) (result i32) (call $down (i32.const 0)))
  (func (export "decide-many") (param i32) (result i32) (call $down (i32.const 0)))
  (func (export "scope") (param i32) (result i32) (call $down (i32.const 0)))
