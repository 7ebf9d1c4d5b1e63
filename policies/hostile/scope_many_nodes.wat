  ;; 1,000 nodes
  (data (i32.const 512) "\02\00\00\00" "\00\04\00\00\e8\03\00\00" "\00\00\00\00")
  (func (export "scope") (param i32) (result i32) (i32.const 512))
