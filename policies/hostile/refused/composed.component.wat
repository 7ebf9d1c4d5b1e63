;; Two components in one, each with a memory, and text that passes between them: the compiler would have to copy it with
;; two memories in one module, which the gateway switches off, and gives up.
(component
  (component $inner
    (core module $m
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
      (func (export "hear") (param i32 i32)))
    (core instance $i (instantiate $m))
    (func (export "hear") (param "text" string)
      (canon lift (core func $i "hear") (memory $i "memory") (realloc (func $i "realloc")))))
  (component $outer
    (import "hear" (func $hear (param "text" string)))
    (core module $libc
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
    (core instance $libc (instantiate $libc))
    (core func $lowered (canon lower (func $hear) (memory $libc "memory") (realloc (func $libc "realloc"))))
    (core module $m (import "" "hear" (func (param i32 i32))))
    (core instance (instantiate $m (with "" (instance (export "hear" (func $lowered)))))))
  (instance $a (instantiate $inner))
  (instance (instantiate $outer (with "hear" (func $a "hear")))))
