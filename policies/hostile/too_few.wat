  ;; Answers fewer questions than it was asked.
  (func (export "decide-many") (param i32) (result i32) (i32.const 96))
