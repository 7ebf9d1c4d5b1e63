  ;; Permits with an obligation that the contract does not have.
  (data (i32.const 512) "\02\00\00\00\10\02\00\00\01\00\00\00" "\00\00\00\00" "\07")
  (func (export "decide") (param i32) (result i32) (i32.const 512))
