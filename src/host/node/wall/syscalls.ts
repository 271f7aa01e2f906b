/**
 * The system calls of Linux that the wall knows: their numbers, and whether they may still be made once
 * it stands. Allowed is what V8, libuv, glibc and our host code need at run time. A call that is not
 * named does not exist then (ENOSYS).
 */

export type Architecture = "x64" | "arm64";

export type Rule =
	| "always"
	/** Only with certain arguments: see call-conditions.ts. */
	| "some"
	/** Only when some granted place may be written; else EPERM. */
	| "writing"
	/** Only when listeners or sockets were granted; else EPERM. */
	| "connected"
	/** The same, and only with certain arguments. */
	| "connected-some"
	/** Only when sockets were granted: others may be reached by them. */
	| "sockets"
	/** The same, and only with certain arguments. */
	| "sockets-some"
	/** Only when sockets may listen. */
	| "listening"
	/** EPERM. */
	| "never"
	/** ENOSYS, as if the kernel were older; glibc then takes another way. */
	| "absent";

type Row = readonly [x64: number, arm64: number | null, rule: Rule];

const SYSCALLS = {
	// open descriptors
	read: [0, 63, "always"],
	write: [1, 64, "always"],
	readv: [19, 65, "always"],
	writev: [20, 66, "always"],
	pread64: [17, 67, "always"],
	pwrite64: [18, 68, "always"],
	preadv: [295, 69, "always"],
	pwritev: [296, 70, "always"],
	preadv2: [327, 286, "always"],
	pwritev2: [328, 287, "always"],
	lseek: [8, 62, "always"],
	close: [3, 57, "always"],
	close_range: [436, 436, "always"],
	dup: [32, 23, "always"],
	dup2: [33, null, "always"],
	dup3: [292, 24, "always"],
	pipe: [22, null, "always"],
	pipe2: [293, 59, "always"],
	fstat: [5, 80, "always"],
	fstatfs: [138, 44, "always"],
	fsync: [74, 82, "always"],
	fdatasync: [75, 83, "always"],
	sync_file_range: [277, 84, "always"],
	fadvise64: [221, 223, "always"],
	readahead: [187, 213, "always"],
	ftruncate: [77, 46, "always"],
	fallocate: [285, 47, "always"],
	getdents64: [217, 61, "always"],

	// paths: what they may reach, Landlock says
	openat: [257, 56, "always"],
	openat2: [437, 437, "always"],
	newfstatat: [262, 79, "always"],
	stat: [4, null, "always"],
	lstat: [6, null, "always"],
	statx: [332, 291, "always"],
	statfs: [137, 43, "always"],
	readlink: [89, null, "always"],
	readlinkat: [267, 78, "always"],
	access: [21, null, "always"],
	faccessat: [269, 48, "always"],
	faccessat2: [439, 439, "always"],

	// changes to directories; Landlock would let utimensat pass anywhere
	mkdir: [83, null, "writing"],
	mkdirat: [258, 34, "writing"],
	rmdir: [84, null, "writing"],
	unlink: [87, null, "writing"],
	unlinkat: [263, 35, "writing"],
	rename: [82, null, "writing"],
	renameat: [264, 38, "writing"],
	renameat2: [316, 276, "writing"],
	link: [86, null, "writing"],
	linkat: [265, 37, "writing"],
	symlink: [88, null, "writing"],
	symlinkat: [266, 36, "writing"],
	utimensat: [280, 88, "writing"],

	// memory: V8 makes code at run time, so pages may become executable
	mmap: [9, 222, "always"],
	mprotect: [10, 226, "always"],
	munmap: [11, 215, "always"],
	mremap: [25, 216, "always"],
	brk: [12, 214, "always"],
	madvise: [28, 233, "always"],
	mincore: [27, 232, "always"],
	msync: [26, 227, "always"],
	membarrier: [324, 283, "always"],
	pkey_alloc: [330, 289, "always"],
	pkey_free: [331, 290, "always"],
	pkey_mprotect: [329, 288, "always"],

	// threads and signals of this process
	futex: [202, 98, "always"],
	set_robust_list: [273, 99, "always"],
	rseq: [334, 293, "always"],
	sched_yield: [24, 124, "always"],
	sched_getaffinity: [204, 123, "always"],
	sched_getparam: [143, 121, "always"],
	sched_getscheduler: [145, 120, "always"],
	sched_get_priority_max: [146, 125, "always"],
	sched_get_priority_min: [147, 126, "always"],
	getcpu: [309, 168, "always"],
	rt_sigaction: [13, 134, "always"],
	rt_sigprocmask: [14, 135, "always"],
	rt_sigreturn: [15, 139, "always"],
	sigaltstack: [131, 132, "always"],
	restart_syscall: [219, 128, "always"],
	exit: [60, 93, "always"],
	exit_group: [231, 94, "always"],

	// time, chance, waiting
	clock_gettime: [228, 113, "always"],
	clock_getres: [229, 114, "always"],
	clock_nanosleep: [230, 115, "always"],
	nanosleep: [35, 101, "always"],
	gettimeofday: [96, 169, "always"],
	time: [201, null, "always"],
	getrandom: [318, 278, "always"],
	epoll_create1: [291, 20, "always"],
	epoll_ctl: [233, 21, "always"],
	epoll_wait: [232, null, "always"],
	epoll_pwait: [281, 22, "always"],
	epoll_pwait2: [441, 441, "always"],
	poll: [7, null, "always"],
	ppoll: [271, 73, "always"],
	select: [23, null, "always"],
	pselect6: [270, 72, "always"],
	eventfd2: [290, 19, "always"],

	// who and what we are; Node asks of its standard streams what they are
	getpid: [39, 172, "always"],
	gettid: [186, 178, "always"],
	getppid: [110, 173, "always"],
	getuid: [102, 174, "always"],
	geteuid: [107, 175, "always"],
	getgid: [104, 176, "always"],
	getegid: [108, 177, "always"],
	capget: [125, 90, "always"],
	getcwd: [79, 17, "always"],
	getrusage: [98, 165, "always"],
	times: [100, 153, "always"],
	uname: [63, 160, "always"],
	sysinfo: [99, 179, "always"],
	getrlimit: [97, 163, "always"],
	getsockopt: [55, 209, "always"],
	getsockname: [51, 204, "always"],
	getpeername: [52, 205, "always"],

	// only with certain arguments
	clone: [56, 220, "some"],
	fcntl: [72, 25, "some"],
	ioctl: [16, 29, "some"],
	kill: [62, 129, "some"],
	prctl: [157, 167, "some"],
	prlimit64: [302, 261, "some"],
	tgkill: [234, 131, "some"],

	// the Landlock wall is raised after this one; it can only take away
	landlock_restrict_self: [446, 446, "always"],

	// used before it; without the rule they would answer ENOSYS
	landlock_create_ruleset: [444, 444, "absent"],
	landlock_add_rule: [445, 445, "absent"],
	seccomp: [317, 277, "absent"],
	clone3: [435, 435, "absent"],

	// connections of granted listeners
	accept: [43, 202, "connected"],
	accept4: [288, 242, "connected"],
	recvfrom: [45, 207, "connected"],
	recvmsg: [47, 212, "connected"],
	shutdown: [48, 210, "connected"],
	setsockopt: [54, 208, "connected"],
	sendto: [44, 206, "connected-some"],
	sendmsg: [46, 211, "connected-some"],

	// what an intruder would reach for: other programs and processes
	execve: [59, 221, "never"],
	execveat: [322, 281, "never"],
	fork: [57, null, "never"],
	vfork: [58, null, "never"],
	ptrace: [101, 117, "never"],
	process_vm_readv: [310, 270, "never"],
	process_vm_writev: [311, 271, "never"],
	process_madvise: [440, 440, "never"],
	kcmp: [312, 272, "never"],
	pidfd_open: [434, 434, "never"],
	pidfd_getfd: [438, 438, "never"],
	pidfd_send_signal: [424, 424, "never"],
	tkill: [200, 130, "never"],
	rt_sigqueueinfo: [129, 138, "never"],
	rt_tgsigqueueinfo: [297, 240, "never"],

	// the network: whom sockets may reach, our own rules say, and Landlock by which ports
	socket: [41, 198, "sockets-some"],
	connect: [42, 203, "sockets"],
	bind: [49, 200, "sockets"],
	listen: [50, 201, "listening"],
	socketpair: [53, 199, "never"],
	sendmmsg: [307, 269, "never"],
	recvmmsg: [299, 243, "never"],

	// ways past this filter, and large parts of the kernel
	io_uring_setup: [425, 425, "never"],
	io_uring_enter: [426, 426, "never"],
	io_uring_register: [427, 427, "never"],
	bpf: [321, 280, "never"],
	perf_event_open: [298, 241, "never"],
	userfaultfd: [323, 282, "never"],
	memfd_create: [319, 279, "never"],
	memfd_secret: [447, 447, "never"],
	keyctl: [250, 219, "never"],
	add_key: [248, 217, "never"],
	request_key: [249, 218, "never"],

	// changes that Landlock does not know
	chmod: [90, null, "never"],
	fchmod: [91, 52, "never"],
	fchmodat: [268, 53, "never"],
	chown: [92, null, "never"],
	fchown: [93, 55, "never"],
	lchown: [94, null, "never"],
	fchownat: [260, 54, "never"],
	setxattr: [188, 5, "never"],
	lsetxattr: [189, 6, "never"],
	fsetxattr: [190, 7, "never"],
	removexattr: [197, 14, "never"],
	lremovexattr: [198, 15, "never"],
	fremovexattr: [199, 16, "never"],
	mknod: [133, null, "never"],
	mknodat: [259, 33, "never"],
	truncate: [76, 45, "never"],

	// other views of the file system
	chdir: [80, 49, "never"],
	fchdir: [81, 50, "never"],
	chroot: [161, 51, "never"],
	open_by_handle_at: [304, 265, "never"],
	name_to_handle_at: [303, 264, "never"],
	mount: [165, 40, "never"],
	umount2: [166, 39, "never"],
	pivot_root: [155, 41, "never"],
	move_mount: [429, 429, "never"],
	open_tree: [428, 428, "never"],
	fsopen: [430, 430, "never"],
	fsconfig: [431, 431, "never"],
	fsmount: [432, 432, "never"],
	fspick: [433, 433, "never"],
	mount_setattr: [442, 442, "never"],
	unshare: [272, 97, "never"],
	setns: [308, 268, "never"],

	// rights and limits of this process
	setuid: [105, 146, "never"],
	setgid: [106, 144, "never"],
	setreuid: [113, 145, "never"],
	setregid: [114, 143, "never"],
	setresuid: [117, 147, "never"],
	setresgid: [119, 149, "never"],
	setgroups: [116, 159, "never"],
	setfsuid: [122, 151, "never"],
	setfsgid: [123, 152, "never"],
	capset: [126, 91, "never"],
	setpgid: [109, 154, "never"],
	setsid: [112, 157, "never"],
	setrlimit: [160, 164, "never"],
	personality: [135, 92, "never"],

	// the machine
	init_module: [175, 105, "never"],
	finit_module: [313, 273, "never"],
	delete_module: [176, 106, "never"],
	kexec_load: [246, 104, "never"],
	kexec_file_load: [320, 294, "never"],
	reboot: [169, 142, "never"],
} as const satisfies Record<string, Row>;

export type SyscallName = keyof typeof SYSCALLS;

/** The call's number, or undefined where the architecture has no such call. */
export function syscallNumber(name: SyscallName, architecture: Architecture): number | undefined {
	const row: Row = SYSCALLS[name];
	return (architecture === "x64" ? row[0] : row[1]) ?? undefined;
}

/** Visits every call that the architecture has. */
export function eachSyscall(
	architecture: Architecture,
	visit: (name: SyscallName, number: number, rule: Rule) => void,
): void {
	const column = architecture === "x64" ? 0 : 1;
	for (const name of syscallNames()) {
		const row: Row = SYSCALLS[name];
		const number = row[column];
		if (number !== null) visit(name, number, row[2]);
	}
}

export function syscallNames(): SyscallName[] {
	return Object.keys(SYSCALLS) as SyscallName[];
}
