# A loop of products that keeps one operand on the stack and calls a function; one that does not.
bad:
	movl	$1, %eax
.LBB0_1:
	vfmadd231ps	(%rax), %ymm1, %ymm2
	vfmadd231ps	32(%rsp), %ymm1, %ymm3
	vfmadd231ps	(%rbp), %ymm1, %ymm4
	vfmadd231ps	(%rax), %ymm1, %ymm5
	callq	expf@PLT
	jne	.LBB0_1
	retq
framed:
	pushq	%rbp
	movq	%rsp, %rbp
.LBB1_1:
	vfmadd231ps	(%rax), %ymm1, %ymm2
	vfmadd231ps	(%rax){1to8}, %ymm1, %ymm3
	vfmadd231ps	-64(%rbp), %ymm1, %ymm4
	vfmadd231ps	(%rax), %ymm1, %ymm5
	jne	.LBB1_1
	retq
