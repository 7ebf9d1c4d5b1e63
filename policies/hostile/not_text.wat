  ;; Denies with a message that is not UTF-8.
  (data (i32.const 512) "\01\00\00\00" "\00\00\00\00\00\00\00\00" "\00\04\00\00\02\00\00\00" "\00\00\00\00\00\00\00\00" "\01")
  (data (i32.const 1024) "\ff\fe")
  (func (export "decide") (param i32) (result i32) (i32.const 512))
