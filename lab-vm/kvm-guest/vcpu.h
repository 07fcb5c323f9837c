// One virtual CPU of KVM without firmware, for the machines of this folder: its memory is one region from guest-physical address 0, and it begins in protected mode without
// paging, so that the guest's addresses are its physical ones (Documentation/virt/kvm/api.rst).
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

static void fail(const char *what) {
    perror(what);
    exit(1);
}

// Makes it, with the registers that it begins with; returns its descriptor and where KVM tells why it stopped.
static int make_vcpu(void *memory, uint64_t bytes, struct kvm_regs regs, struct kvm_run **run) {
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    int vm = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, 0);
    int cpu = vm < 0 ? -1 : ioctl(vm, KVM_CREATE_VCPU, 0);
    if (cpu < 0)
        fail("kvm");
    struct kvm_userspace_memory_region region = {.memory_size = bytes, .userspace_addr = (uintptr_t)memory};
    if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) < 0)
        fail("KVM_SET_USER_MEMORY_REGION");

    struct kvm_sregs sregs;
    if (ioctl(cpu, KVM_GET_SREGS, &sregs) < 0)
        fail("KVM_GET_SREGS");
    struct kvm_segment flat = {.limit = 0xffffffff, .present = 1, .s = 1, .g = 1, .db = 1, .type = 3, .selector = 0x10};
    sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = flat;
    flat.type = 11;
    flat.selector = 0x8;
    sregs.cs = flat;
    sregs.cr0 |= 1;
    if (ioctl(cpu, KVM_SET_SREGS, &sregs) < 0 || ioctl(cpu, KVM_SET_REGS, &regs) < 0)
        fail("KVM_SET_REGS");

    *run = mmap(NULL, ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
    if (*run == MAP_FAILED)
        fail("mmap of the virtual CPU");
    return cpu;
}
