/* The map programs that are compiled whole; fused.h makes loops of them. Written by `npm run fused` from what steps of
   training consist of; a test compares the two. Each is a list of parts: an input's elements side by side (LANES) or all at one
   place (ONE), constants, operations on values numbered in this order, outputs. */
#pragma once
#define FUSED_OPERANDS 10 /* inputs and outputs together, at most */

/* sgd, fit: map */
#define FUSED_1(LANES, ONE, CONST, DO, OUT) \
  LANES(0) ONE(1) ONE(2) CONST(3, 0) DO(4, div, r0, r3) DO(5, fma, r4, r1, r2) OUT(3, r5)
/* sgd, fit: gemm */
#define FUSED_2(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) DO(2, add, r0, r1) DO(3, relu, r2) OUT(2, r3)
/* sgd, fit: gemm */
#define FUSED_3(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) CONST(2, 0) DO(3, le, r1, r2) DO(4, select, r3, r2, r0) OUT(2, r4)
/* sgd, fit: gemm */
#define FUSED_4(LANES, ONE, CONST, DO, OUT) \
  LANES(0) ONE(1) LANES(2) DO(3, fnma, r0, r1, r2) OUT(3, r3)
/* sgd, own loop: gemm */
#define FUSED_5(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) CONST(2, 0) DO(3, fnma, r0, r2, r1) OUT(2, r3)
/* sgd, own loop: map */
#define FUSED_6(LANES, ONE, CONST, DO, OUT) \
  CONST(0, 0) DO(1, move, r0) OUT(0, r1)
/* sgd, own loop, batch 1: map */
#define FUSED_7(LANES, ONE, CONST, DO, OUT) \
  ONE(0) LANES(1) LANES(2) CONST(3, 0) DO(4, mul, r0, r1) DO(5, fnma, r4, r3, r2) OUT(3, r5)
/* sgd with momentum, fit: map */
#define FUSED_8(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) ONE(2) LANES(3) CONST(4, 0) DO(5, fma, r0, r4, r1) DO(6, fnma, r5, r2, r3) OUT(4, r5) OUT(5, r6)
/* sgd with momentum, own loop: map */
#define FUSED_9(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) CONST(3, 0) CONST(4, 1) DO(5, fma, r0, r3, r1) DO(6, fnma, r5, r4, r2) OUT(3, r5) OUT(4, r6)
/* sgd with momentum, own loop, batch 1: map */
#define FUSED_10(LANES, ONE, CONST, DO, OUT) \
  LANES(0) ONE(1) LANES(2) LANES(3) CONST(4, 0) CONST(5, 1) DO(6, mul, r1, r2) DO(7, fma, r0, r4, r6) DO(8, fnma, r7, r5, r3) OUT(4, r7) OUT(5, r8)
/* sgd with Nesterov's momentum, fit: map */
#define FUSED_11(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) ONE(2) LANES(3) CONST(4, 0) DO(5, fma, r0, r4, r1) DO(6, fma, r5, r4, r1) DO(7, fnma, r6, r2, r3) OUT(4, r5) OUT(5, r7)
/* sgd with Nesterov's momentum, own loop: map */
#define FUSED_12(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) CONST(3, 0) CONST(4, 1) DO(5, fma, r0, r3, r1) DO(6, fma, r5, r3, r1) DO(7, fnma, r6, r4, r2) OUT(3, r5) OUT(4, r7)
/* sgd with Nesterov's momentum, own loop, batch 1: map */
#define FUSED_13(LANES, ONE, CONST, DO, OUT) \
  LANES(0) ONE(1) LANES(2) LANES(3) CONST(4, 0) CONST(5, 1) DO(6, mul, r1, r2) DO(7, fma, r0, r4, r6) DO(8, fma, r7, r4, r6) DO(9, fnma, r8, r5, r3) OUT(4, r7) OUT(5, r9)
/* sgd with momentum and decay, fit: map */
#define FUSED_14(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) ONE(3) CONST(4, 0) CONST(5, 1) DO(6, fma, r1, r5, r2) DO(7, fma, r0, r4, r6) DO(8, fnma, r7, r3, r1) OUT(4, r7) OUT(5, r8)
/* sgd with momentum and decay, own loop: map */
#define FUSED_15(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) CONST(3, 0) CONST(4, 1) CONST(5, 2) DO(6, fma, r1, r4, r2) DO(7, fma, r0, r3, r6) DO(8, fnma, r7, r5, r1) OUT(3, r7) OUT(4, r8)
/* sgd with momentum and decay, own loop, batch 1: map */
#define FUSED_16(LANES, ONE, CONST, DO, OUT) \
  LANES(0) ONE(1) LANES(2) LANES(3) CONST(4, 0) CONST(5, 1) CONST(6, 2) DO(7, mul, r3, r5) DO(8, fma, r1, r2, r7) DO(9, fma, r0, r4, r8) DO(10, fnma, r9, r6, r3) OUT(4, r9) OUT(5, r10)
/* adam, fit: map */
#define FUSED_17(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) ONE(3) ONE(4) LANES(5) CONST(6, 0) CONST(7, 1) CONST(8, 2) CONST(9, 3) CONST(10, 4) DO(11, mul, r1, r7) DO(12, fma, r0, r6, r11) DO(13, square, r1) DO(14, mul, r13, r9) DO(15, fma, r2, r8, r14) DO(16, mul, r12, r3) DO(17, sqrt, r15) DO(18, fma, r17, r4, r10) DO(19, div, r16, r18) DO(20, sub, r5, r19) OUT(6, r12) OUT(7, r15) OUT(8, r20)
/* adam, own loop, batch 1: map */
#define FUSED_18(LANES, ONE, CONST, DO, OUT) \
  LANES(0) ONE(1) LANES(2) LANES(3) ONE(4) ONE(5) LANES(6) CONST(7, 0) CONST(8, 1) CONST(9, 2) CONST(10, 3) CONST(11, 4) DO(12, mul, r1, r2) DO(13, mul, r12, r8) DO(14, fma, r0, r7, r13) DO(15, square, r12) DO(16, mul, r15, r10) DO(17, fma, r3, r9, r16) DO(18, mul, r14, r4) DO(19, sqrt, r17) DO(20, fma, r19, r5, r11) DO(21, div, r18, r20) DO(22, sub, r6, r21) OUT(7, r14) OUT(8, r17) OUT(9, r22)
/* adamW, fit: map */
#define FUSED_19(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) LANES(3) ONE(4) ONE(5) ONE(6) CONST(7, 0) CONST(8, 1) CONST(9, 2) CONST(10, 3) CONST(11, 4) DO(12, mul, r1, r8) DO(13, fma, r0, r7, r12) DO(14, square, r1) DO(15, mul, r14, r10) DO(16, fma, r2, r9, r15) DO(17, mul, r13, r5) DO(18, sqrt, r16) DO(19, fma, r18, r6, r11) DO(20, div, r17, r19) DO(21, fms, r3, r4, r20) OUT(7, r13) OUT(8, r16) OUT(9, r21)
/* adamW, own loop: map */
#define FUSED_20(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) LANES(3) ONE(4) ONE(5) CONST(6, 0) CONST(7, 1) CONST(8, 2) CONST(9, 3) CONST(10, 4) CONST(11, 5) DO(12, mul, r1, r7) DO(13, fma, r0, r6, r12) DO(14, square, r1) DO(15, mul, r14, r9) DO(16, fma, r2, r8, r15) DO(17, mul, r13, r4) DO(18, sqrt, r16) DO(19, fma, r18, r5, r11) DO(20, div, r17, r19) DO(21, fms, r3, r10, r20) OUT(6, r13) OUT(7, r16) OUT(8, r21)
/* adamW, own loop, batch 1: map */
#define FUSED_21(LANES, ONE, CONST, DO, OUT) \
  LANES(0) ONE(1) LANES(2) LANES(3) LANES(4) ONE(5) ONE(6) CONST(7, 0) CONST(8, 1) CONST(9, 2) CONST(10, 3) CONST(11, 4) CONST(12, 5) DO(13, mul, r1, r2) DO(14, mul, r13, r8) DO(15, fma, r0, r7, r14) DO(16, square, r13) DO(17, mul, r16, r10) DO(18, fma, r3, r9, r17) DO(19, mul, r15, r5) DO(20, sqrt, r18) DO(21, fma, r20, r6, r12) DO(22, div, r19, r21) DO(23, fms, r4, r11, r22) OUT(7, r15) OUT(8, r18) OUT(9, r23)
/* rmsprop, fit: map */
#define FUSED_22(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) ONE(2) LANES(3) CONST(4, 0) CONST(5, 1) CONST(6, 2) DO(7, square, r1) DO(8, mul, r7, r5) DO(9, fma, r0, r4, r8) DO(10, sqrt, r9) DO(11, add, r10, r6) DO(12, div, r1, r11) DO(13, fnma, r12, r2, r3) OUT(4, r9) OUT(5, r13)
/* rmsprop, own loop: map */
#define FUSED_23(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) CONST(3, 0) CONST(4, 1) CONST(5, 2) CONST(6, 3) DO(7, square, r1) DO(8, mul, r7, r4) DO(9, fma, r0, r3, r8) DO(10, sqrt, r9) DO(11, add, r10, r5) DO(12, div, r1, r11) DO(13, fnma, r12, r6, r2) OUT(3, r9) OUT(4, r13)
/* rmsprop, own loop, batch 1: map */
#define FUSED_24(LANES, ONE, CONST, DO, OUT) \
  LANES(0) ONE(1) LANES(2) LANES(3) CONST(4, 0) CONST(5, 1) CONST(6, 2) CONST(7, 3) DO(8, mul, r1, r2) DO(9, square, r8) DO(10, mul, r9, r5) DO(11, fma, r0, r4, r10) DO(12, sqrt, r11) DO(13, add, r12, r6) DO(14, div, r8, r13) DO(15, fnma, r14, r7, r3) OUT(4, r11) OUT(5, r15)
/* lion, fit: gemm */
#define FUSED_25(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) CONST(2, 0) CONST(3, 1) DO(4, mul, r0, r3) DO(5, fma, r1, r2, r4) OUT(2, r5)
/* lion, fit: map */
#define FUSED_26(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) ONE(2) LANES(3) CONST(4, 0) CONST(5, 1) DO(6, mul, r1, r5) DO(7, fma, r0, r4, r6) DO(8, sign, r7) DO(9, fnma, r8, r2, r3) OUT(4, r9)
/* lion, fit: map */
#define FUSED_27(LANES, ONE, CONST, DO, OUT) \
  LANES(0) DO(1, move, r0) OUT(1, r1)
/* lion, own loop: map */
#define FUSED_28(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) CONST(3, 0) CONST(4, 1) CONST(5, 2) DO(6, mul, r1, r4) DO(7, fma, r0, r3, r6) DO(8, sign, r7) DO(9, fnma, r8, r5, r2) OUT(3, r9)
/* lion, own loop, batch 1: map */
#define FUSED_29(LANES, ONE, CONST, DO, OUT) \
  LANES(0) ONE(1) LANES(2) LANES(3) CONST(4, 0) CONST(5, 1) CONST(6, 2) CONST(7, 3) CONST(8, 4) DO(9, mul, r1, r2) DO(10, mul, r9, r5) DO(11, fma, r0, r4, r10) DO(12, mul, r9, r7) DO(13, fma, r0, r6, r12) DO(14, sign, r13) DO(15, fnma, r14, r8, r3) OUT(4, r11) OUT(5, r15)
/* cnn: map */
#define FUSED_30(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) CONST(2, 0) CONST(3, 1) DO(4, lt, r0, r2) DO(5, to_float, r4) DO(6, mul, r5, r3) DO(7, mul, r1, r6) OUT(2, r6) OUT(3, r7)
/* cnn: gemm */
#define FUSED_31(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) DO(2, mul, r0, r1) OUT(2, r2)
/* cnn: map */
#define FUSED_32(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) CONST(2, 0) DO(3, le, r0, r2) DO(4, select, r3, r2, r1) OUT(2, r4)
/* simpleCnn: map */
#define FUSED_33(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) DO(3, fma, r0, r1, r2) DO(4, relu, r3) OUT(3, r4)
/* simpleCnn: map */
#define FUSED_34(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) LANES(3) LANES(4) LANES(5) CONST(6, 0) DO(7, sub, r2, r3) DO(8, mul, r7, r6) DO(9, mul, r4, r8) DO(10, neg, r9) DO(11, fma, r0, r1, r10) DO(12, add, r11, r5) OUT(6, r12)
/* lenet5: conv2d */
#define FUSED_35(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) DO(2, add, r0, r1) DO(3, tanh, r2) OUT(2, r3)
/* lenet5: map */
#define FUSED_36(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) CONST(2, 0) DO(3, fnma, r0, r0, r2) DO(4, mul, r1, r3) OUT(2, r4)
/* mobilenet: map */
#define FUSED_37(LANES, ONE, CONST, DO, OUT) \
  LANES(0) CONST(1, 0) DO(2, div, r0, r1) OUT(1, r2)
/* resnet20: map */
#define FUSED_38(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) LANES(3) DO(4, fma, r0, r1, r2) DO(5, add, r4, r3) DO(6, relu, r5) OUT(4, r6)
/* resnet20: conv2d_input_grad */
#define FUSED_39(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) CONST(3, 0) DO(4, le, r1, r3) DO(5, add, r2, r0) DO(6, select, r4, r3, r5) OUT(3, r6)
/* convMixer: conv2d */
#define FUSED_40(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) DO(2, add, r0, r1) DO(3, sigmoid, r2) DO(4, mul, r2, r3) OUT(2, r2) OUT(3, r3) OUT(4, r4)
/* convMixer: map */
#define FUSED_41(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) DO(3, fma, r0, r1, r2) OUT(3, r3)
/* convMixer: map */
#define FUSED_42(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) LANES(3) DO(4, fma, r0, r1, r2) DO(5, add, r3, r4) OUT(4, r5)
/* convMixer: map */
#define FUSED_43(LANES, ONE, CONST, DO, OUT) \
  ONE(0) ONE(1) DO(2, mul, r0, r1) OUT(2, r2)
/* convMixer: map */
#define FUSED_44(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) LANES(2) LANES(3) LANES(4) LANES(5) LANES(6) LANES(7) CONST(8, 0) CONST(9, 1) DO(10, sub, r2, r3) DO(11, mul, r10, r8) DO(12, mul, r4, r11) DO(13, neg, r12) DO(14, fma, r0, r1, r13) DO(15, add, r14, r5) DO(16, mul, r15, r7) DO(17, sub, r9, r6) DO(18, mul, r6, r17) DO(19, mul, r16, r18) DO(20, fma, r15, r6, r19) OUT(8, r20)
/* convMixer: conv2d_input_grad */
#define FUSED_45(LANES, ONE, CONST, DO, OUT) \
  LANES(0) LANES(1) DO(2, add, r1, r0) OUT(2, r2)

#define FUSED_PROGRAMS(P) P(1) P(2) P(3) P(4) P(5) P(6) P(7) P(8) P(9) P(10) P(11) P(12) P(13) P(14) P(15) P(16) P(17) P(18) P(19) P(20) P(21) P(22) P(23) P(24) P(25) P(26) P(27) P(28) P(29) P(30) P(31) P(32) P(33) P(34) P(35) P(36) P(37) P(38) P(39) P(40) P(41) P(42) P(43) P(44) P(45)
