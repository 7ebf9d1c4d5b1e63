  ;; Starts with 8 megabytes.
  (memory (export "memory") 128)
