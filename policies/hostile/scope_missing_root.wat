  ;; one node, and the root is the fifth
  (data (i32.const 512) "\02\00\00\00" "\10\02\00\00\01\00\00\00" "\04\00\00\00")
  (func (export "scope") (param i32) (result i32) (i32.const 512))
