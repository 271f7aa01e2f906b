;; A library: `_initialize` once, then functions of every number type for `--invoke`.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $initialized (mut i32) (i32.const 0))
  (data (i32.const 0) "\10\00\00\00\06\00\00\00")
  (data (i32.const 16) "hello\n")
  (func $_initialize (export "_initialize")
    (global.set $initialized (i32.add (global.get $initialized) (i32.const 1))))
  ;; how often `_initialize` ran
  (func (export "initialized") (result i32) (global.get $initialized))
  (func $add (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func $add64 (export "add64") (param i64 i64) (result i64)
    (i64.add (local.get 0) (local.get 1)))
  (func $half (export "half") (param f32) (result f32)
    (f32.mul (local.get 0) (f32.const 0.5)))
  (func $hypotenuse (export "hypotenuse") (param f64 f64) (result f64)
    (f64.sqrt (f64.add
      (f64.mul (local.get 0) (local.get 0))
      (f64.mul (local.get 1) (local.get 1)))))
  (func $swap (export "swap") (param i32 f64) (result f64 i32)
    (local.get 1) (local.get 0))
  (func $greet (export "greet")
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
