  ;; Answers, and then cleans up for ever.
  (func (export "decide") (param i32) (result i32) (i32.const 100))
  (func (export "cabi_post_decide") (param i32) (loop $again (br $again)))
