  ;; Knows no action at all.
  (data (i32.const 0) "hostile1.0.0")
  (data (i32.const 32) "\00\00\00\00\07\00\00\00" "\07\00\00\00\05\00\00\00")
  (func (export "describe") (result i32) (i32.const 32))
