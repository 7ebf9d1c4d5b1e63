  ;; The same with a table.
  (table $references 1 funcref)
  (func (export "decide") (param i32) (result i32)
    (loop $more (drop (table.grow $references (ref.null func) (i32.const 1000))) (br $more))
    (unreachable))
