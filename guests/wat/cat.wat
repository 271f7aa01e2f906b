;; Copies standard input to standard output in pieces of 64 KiB, partial writes included.
;; Ends with 0 at the end of the input, with the errno of the call that failed otherwise.
(module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  ;; 0: the iovec, 8: the count that came back, 65536: the piece
  (memory (export "memory") 2)
  (func $check (param $errno i32)
    (if (local.get $errno) (then (call $proc_exit (local.get $errno)))))
  (func $iovec (param $at i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $length)))
  (func $read_piece (result i32)
    (call $iovec (i32.const 65536) (i32.const 65536))
    (call $check (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i32.load (i32.const 8)))
  (func $write_piece (param $length i32)
    (local $done i32)
    (loop $more
      (call $iovec
        (i32.add (i32.const 65536) (local.get $done))
        (i32.sub (local.get $length) (local.get $done)))
      (call $check (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
      (local.set $done (i32.add (local.get $done) (i32.load (i32.const 8))))
      (br_if $more (i32.lt_u (local.get $done) (local.get $length)))))
  (func $_start (export "_start")
    (local $length i32)
    (block $end
      (loop $again
        (br_if $end (i32.eqz (local.tee $length (call $read_piece))))
        (call $write_piece (local.get $length))
        (br $again)))))
