  (memory (export "memory") 2)
  ;; permit, without obligations
  (data (i32.const 100) "\02")
  ;; everything
  (data (i32.const 116) "\03")
