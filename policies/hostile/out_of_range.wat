  ;; Says that its answer stands where there is no memory.
  (func (export "decide") (param i32) (result i32) (i32.const 0x7ffffff0))
  (func (export "decide-many") (param i32) (result i32) (i32.const -16))
  (func (export "scope") (param i32) (result i32) (i32.const 131072))
