  ;; Takes all the memory there is, and goes on.
  (func $eat (loop $more (drop (memory.grow (i32.const 1))) (br $more)))
  (func (export "decide") (param i32) (result i32) (call $eat) (unreachable))
  (func (export "decide-many") (param i32) (result i32) (call $eat) (unreachable))
  (func (export "scope") (param i32) (result i32) (call $eat) (unreachable))
