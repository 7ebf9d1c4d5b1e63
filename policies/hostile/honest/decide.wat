  ;; permit, without obligations
  (func (export "decide") (param i32) (result i32) (i32.const 96))
