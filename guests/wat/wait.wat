;; Waits for its standard input (poll_oneoff) for at most one second of the monotonic clock, and
;; ends with 10 when the time was up, with 20 when there was something to read or its end.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  ;; two subscriptions of 48 bytes: userdata 10 (clock 1, 1e9 ns, relative), userdata 20 (read fd 0)
  (data (i32.const 0) "\0a\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\01\00\00\00\00\00\00\00\00\ca\9a\3b\00\00\00\00")
  (data (i32.const 48) "\14\00\00\00\00\00\00\00\01\00\00\00\00\00\00\00\00\00\00\00")
  (func $_start (export "_start")
    (if (call $poll_oneoff (i32.const 0) (i32.const 128) (i32.const 2) (i32.const 100))
      (then (call $proc_exit (i32.const 1))))
    (call $proc_exit (i32.load (i32.const 128)))))
