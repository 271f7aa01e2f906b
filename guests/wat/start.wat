;; Has a start section that already talks to the host, before `_start` is called.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\20\00\00\00\06\00\00\00")
  (data (i32.const 8) "\26\00\00\00\05\00\00\00")
  (data (i32.const 32) "start\nmain\n")
  (func $say (param $iovec i32)
    (drop (call $fd_write (i32.const 1) (local.get $iovec) (i32.const 1) (i32.const 24))))
  (func $begin (call $say (i32.const 0)))
  (start $begin)
  (func $_start (export "_start") (call $say (i32.const 8))))
