  ;; Denies with a message of which one half is outside of memory.
  (data (i32.const 512) "\01\00\00\00" "\00\00\00\00\00\00\00\00" "\00\ff\01\00\00\02\00\00" "\00\00\00\00\00\00\00\00" "\01")
  (func (export "decide") (param i32) (result i32) (i32.const 512))
