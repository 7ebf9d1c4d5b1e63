  ;; Denies with 8,000 missing permissions, each the same 60,000 bytes: 480 megabytes for who copies them.
  (data (i32.const 512) "\01\00\00\00" "\00\00\00\00\00\00\00\00" "\00\00\00\00\00\00\00\00" "\00\04\00\00\40\1f\00\00" "\01")
  (func (export "decide") (param i32) (result i32)
    (local $item i32)
    (local.set $item (i32.const 1024))
    (loop $more
      (i32.store (local.get $item) (i32.const 66000))
      (i32.store offset=4 (local.get $item) (i32.const 60000))
      (local.set $item (i32.add (local.get $item) (i32.const 8)))
      (br_if $more (i32.lt_u (local.get $item) (i32.const 65024))))
    (i32.const 512))
