  ;; Its name is no name: it would rule the operator's terminal.
  (data (i32.const 0) "\1b[2Joops1.0.0*")
  (data (i32.const 16) "\0c\00\00\00\01\00\00\00")
  (data (i32.const 32) "\00\00\00\00\07\00\00\00" "\07\00\00\00\05\00\00\00" "\00\00\00\00\00\00\00\00"
    "\00\00\00\00\00\00\00\00" "\10\00\00\00\01\00\00\00")
  (func (export "describe") (result i32) (i32.const 32))
