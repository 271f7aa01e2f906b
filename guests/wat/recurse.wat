;; Calls itself for ever. `depth`, for `--invoke`, goes only as deep as asked and says so.
(module
  (memory (export "memory") 1)
  (func $descend (param $left i32) (result i32)
    (if (result i32) (local.get $left)
      (then (i32.add (i32.const 1) (call $descend (i32.sub (local.get $left) (i32.const 1)))))
      (else (i32.const 0))))
  (func $depth (export "depth") (param $wanted i32) (result i32)
    (call $descend (local.get $wanted)))
  (func $_start (export "_start") (drop (call $descend (i32.const -1)))))
