  ;; Thinks for ever.
  (func $think (loop $again (br $again)))
  (func (export "decide") (param i32) (result i32) (call $think) (unreachable))
  (func (export "decide-many") (param i32) (result i32) (call $think) (unreachable))
  (func (export "scope") (param i32) (result i32) (call $think) (unreachable))
