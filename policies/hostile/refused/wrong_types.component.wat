(component
  ;; Exports the names of the world, with other types.
  (core module $guest (func (export "f")))
  (core instance $instance (instantiate $guest))
  (func $f (canon lift (core func $instance "f")))
  (export "describe" (func $f))
  (export "configure" (func $f))
  (export "decide" (func $f))
  (export "decide-many" (func $f))
  (export "scope" (func $f)))
