  ;; negate node 7 of 1
  (data (i32.const 512) "\02\00\00\00" "\10\02\00\00\01\00\00\00" "\00\00\00\00")
  (data (i32.const 528) "\02\00\00\00\00\00\00\00" "\07\00\00\00")
  (func (export "scope") (param i32) (result i32) (i32.const 512))
