;; Never ends. `_start` spins; `fill`, for `--invoke`, spins in bulk operations, which an
;; engine notices an interrupt in far less often.
(module
  (memory (export "memory") 1024)
  (func $_start (export "_start") (loop $forever (br $forever)))
  (func $fill (export "fill")
    (loop $forever
      (memory.fill (i32.const 0) (i32.const 63) (i32.const 67108864))
      (br $forever))))
