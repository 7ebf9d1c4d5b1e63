  ;; Gives up.
  (func (export "decide") (param i32) (result i32) (unreachable))
  (func (export "decide-many") (param i32) (result i32) (unreachable))
  (func (export "scope") (param i32) (result i32) (unreachable))
