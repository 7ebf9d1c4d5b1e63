  ;; a permit for each; memory is zero from here on, and zeros are a permit
  (func (export "decide-many") (param $requests i32) (param $count i32) (result i32)
    (i32.store (i32.const 128) (i32.const 1024))
    (i32.store (i32.const 132) (local.get $count))
    (i32.const 128))
