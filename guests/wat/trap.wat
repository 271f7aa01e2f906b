;; Ways to trap. `_start` does it behind named functions, for the backtrace; the other exports
;; are for `--invoke`.
(module
  (memory (export "memory") 1 1)
  (table 2 funcref)
  (type $nothing (func))
  (elem (i32.const 1) $give_number)
  (func $give_number (result i32) (i32.const 1))
  (func $innermost (unreachable))
  (func $middle (call $innermost))
  (func $outermost (call $middle))
  (func $_start (export "_start") (call $outermost))
  (func $divide_by_zero (export "divide_by_zero") (param i32) (result i32)
    (i32.div_s (local.get 0) (i32.const 0)))
  (func $out_of_bounds (export "out_of_bounds") (result i32) (i32.load (i32.const 65536)))
  (func $null_call (export "null_call") (call_indirect (type $nothing) (i32.const 0)))
  (func $wrong_type_call (export "wrong_type_call") (call_indirect (type $nothing) (i32.const 1))))
