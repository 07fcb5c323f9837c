// The smallest virtual machine that a test of memory tiering can use: one virtual CPU without firmware or kernel, whose program
// touches all of its memory once and then keeps reading some of it, one word a page, for ever. To the host it is what QEMU is: a
// process that maps memory and gives it to KVM (Documentation/virt/kvm/api.rst), which maps it to the guest through second-level page tables.
//
// Usage: kvm_guest MEBIBYTES HOT_FROM_MEBIBYTE HOT_TO_MEBIBYTE
// It prints the address of the guest's memory and "ready" when all of it has been touched, then runs until it is killed.
#define _GNU_SOURCE
#include <string.h>

#include "vcpu.h"

// 32-bit code: ebx, ecx: from and to of what is touched once; esi, edi: the same of what is read again and again.
static const uint8_t program[] = {
    0x89, 0x1b,                         // touch: mov [ebx], ebx
    0x81, 0xc3, 0x00, 0x10, 0x00, 0x00, //        add ebx, 4096
    0x39, 0xcb,                         //        cmp ebx, ecx
    0x72, 0xf4,                         //        jb touch
    0xe6, 0x10,                         //        out 0x10, al: tells the host
    0x89, 0xf3,                         // again: mov ebx, esi
    0x8b, 0x03,                         // read:  mov eax, [ebx]
    0x81, 0xc3, 0x00, 0x10, 0x00, 0x00, //        add ebx, 4096
    0x39, 0xfb,                         //        cmp ebx, edi
    0x72, 0xf4,                         //        jb read
    0xeb, 0xf0,                         //        jmp again
};

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: kvm_guest MEBIBYTES HOT_FROM_MEBIBYTE HOT_TO_MEBIBYTE\n");
        return 2;
    }

    uint64_t bytes = strtoull(argv[1], NULL, 10) << 20;
    // Room to begin at a multiple of 2 MiB, as QEMU's memory does.
    uint8_t *mapped = mmap(NULL, bytes + (2 << 20), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED)
        fail("mmap");
    uint8_t *memory = (uint8_t *)(((uintptr_t)mapped + (2 << 20) - 1) & ~(uintptr_t)((2 << 20) - 1));
    memcpy(memory + 0x1000, program, sizeof program);
    struct kvm_regs regs = {
        .rip = 0x1000,
        .rflags = 2,
        .rbx = 2 << 20,
        .rcx = bytes,
        .rsi = strtoull(argv[2], NULL, 10) << 20,
        .rdi = strtoull(argv[3], NULL, 10) << 20,
    };
    struct kvm_run *run;
    int cpu = make_vcpu(memory, bytes, regs, &run);
    for (;;) {
        if (ioctl(cpu, KVM_RUN, 0) < 0)
            fail("KVM_RUN");
        if (run->exit_reason != KVM_EXIT_IO) {
            fprintf(stderr, "kvm_guest: the virtual CPU stopped: exit reason %u\n", run->exit_reason);
            return 1;
        }

        printf("%llx ready\n", (unsigned long long)(uintptr_t)memory);
        fflush(stdout);
    }
}
