  ;; Answers with cases that the contract does not have.
  (data (i32.const 512) "\09")
  (func (export "decide") (param i32) (result i32) (i32.const 512))
  (func (export "decide-many") (param i32) (result i32)
    (i32.store (i32.const 528) (i32.const 512))
    (i32.store (i32.const 532) (i32.const 1))
    (i32.const 528))
  (func (export "scope") (param i32) (result i32) (i32.const 512))
