  ;; everything
  (func (export "scope") (param i32) (result i32) (i32.const 116))
