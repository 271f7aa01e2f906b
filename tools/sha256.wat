;; SHA-256 (FIPS 180-4, 6.2.2) over whole blocks. Written by hand: a machine runs it at full speed from the first
;; block, where JavaScript is interpreted for the first hundred. `node tools/sha256.ts` makes src/oci/sha256-code.ts of it.
;;
;; Memory: the state at 0 (8 words), the schedule at 64 (64 words), the constants at 512 (64 words, put there by
;; who instantiates), blocks from 1024 on.
(module
  (memory (export "memory") 2)

  (func $rotations (param $x i32) (param $a i32) (param $b i32) (param $rest i32) (result i32)
    (i32.xor
      (i32.xor (i32.rotr (local.get $x) (local.get $a)) (i32.rotr (local.get $x) (local.get $b)))
      (local.get $rest)))

  (func (export "mix") (param $blocks i32)
    (local $at i32) (local $i i32) (local $x i32) (local $y i32) (local $t1 i32)
    (local $a i32) (local $b i32) (local $c i32) (local $d i32)
    (local $e i32) (local $f i32) (local $g i32) (local $h i32)
    (local.set $at (i32.const 1024))
    (block $done
      (loop $block
        (br_if $done (i32.eqz (local.get $blocks)))
        ;; the first 16 words are the block's, big-endian
        (local.set $i (i32.const 0))
        (loop $word
          (local.set $x (i32.load (i32.add (local.get $at) (local.get $i))))
          (i32.store offset=64 (local.get $i)
            (i32.or
              (i32.rotr (i32.and (local.get $x) (i32.const 0x00ff00ff)) (i32.const 8))
              (i32.rotl (i32.and (local.get $x) (i32.const 0xff00ff00)) (i32.const 8))))
          (br_if $word (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 64))))
        ;; the other 48: $i is 64 now, and w[t] lies at 64 + $i
        (loop $word
          (local.set $x (i32.load offset=4 (local.get $i)))
          (local.set $y (i32.load offset=56 (local.get $i)))
          (i32.store offset=64 (local.get $i)
            (i32.add
              (i32.add
                (i32.load (local.get $i))
                (call $rotations (local.get $x) (i32.const 7) (i32.const 18)
                  (i32.shr_u (local.get $x) (i32.const 3))))
              (i32.add
                (i32.load offset=36 (local.get $i))
                (call $rotations (local.get $y) (i32.const 17) (i32.const 19)
                  (i32.shr_u (local.get $y) (i32.const 10))))))
          (br_if $word (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 256))))
        (local.set $a (i32.load offset=0 (i32.const 0)))
        (local.set $b (i32.load offset=4 (i32.const 0)))
        (local.set $c (i32.load offset=8 (i32.const 0)))
        (local.set $d (i32.load offset=12 (i32.const 0)))
        (local.set $e (i32.load offset=16 (i32.const 0)))
        (local.set $f (i32.load offset=20 (i32.const 0)))
        (local.set $g (i32.load offset=24 (i32.const 0)))
        (local.set $h (i32.load offset=28 (i32.const 0)))
        (local.set $i (i32.const 0))
        (loop $round
          (local.set $t1
            (i32.add
              (i32.add
                (i32.add (local.get $h)
                  (call $rotations (local.get $e) (i32.const 6) (i32.const 11)
                    (i32.rotr (local.get $e) (i32.const 25))))
                (i32.xor (local.get $g)
                  (i32.and (local.get $e) (i32.xor (local.get $f) (local.get $g)))))
              (i32.add (i32.load offset=512 (local.get $i)) (i32.load offset=64 (local.get $i)))))
          (local.set $x
            (i32.add
              (call $rotations (local.get $a) (i32.const 2) (i32.const 13)
                (i32.rotr (local.get $a) (i32.const 22)))
              (i32.or
                (i32.and (local.get $a) (local.get $b))
                (i32.and (local.get $c) (i32.or (local.get $a) (local.get $b))))))
          (local.set $h (local.get $g))
          (local.set $g (local.get $f))
          (local.set $f (local.get $e))
          (local.set $e (i32.add (local.get $d) (local.get $t1)))
          (local.set $d (local.get $c))
          (local.set $c (local.get $b))
          (local.set $b (local.get $a))
          (local.set $a (i32.add (local.get $t1) (local.get $x)))
          (br_if $round (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 256))))
        (i32.store offset=0 (i32.const 0) (i32.add (i32.load offset=0 (i32.const 0)) (local.get $a)))
        (i32.store offset=4 (i32.const 0) (i32.add (i32.load offset=4 (i32.const 0)) (local.get $b)))
        (i32.store offset=8 (i32.const 0) (i32.add (i32.load offset=8 (i32.const 0)) (local.get $c)))
        (i32.store offset=12 (i32.const 0) (i32.add (i32.load offset=12 (i32.const 0)) (local.get $d)))
        (i32.store offset=16 (i32.const 0) (i32.add (i32.load offset=16 (i32.const 0)) (local.get $e)))
        (i32.store offset=20 (i32.const 0) (i32.add (i32.load offset=20 (i32.const 0)) (local.get $f)))
        (i32.store offset=24 (i32.const 0) (i32.add (i32.load offset=24 (i32.const 0)) (local.get $g)))
        (i32.store offset=28 (i32.const 0) (i32.add (i32.load offset=28 (i32.const 0)) (local.get $h)))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (local.set $blocks (i32.sub (local.get $blocks) (i32.const 1)))
        (br $block)))))
