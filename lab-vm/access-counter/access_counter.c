// A QEMU plugin that counts a guest program's memory accesses by the guest-physical address of each access: a cross-check, from
// outside the guest, of the shares that `terrace exercise` counts inside it. Every load and store of a program whose virtual
// address lies in [from, to) is counted, none is sampled.
//
// Arguments: out=FILE, from=HEX, to=HEX (virtual addresses), fast=BYTES (size of the first node, whose memory comes first).
// Once a second a line "seconds fast slow" is appended to FILE: accesses within that second.
//
// The functions are those of QEMU's plugin interface, version 1 (docs/devel/tcg-plugins.rst); declared here because Debian
// ships no header for them.
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;

extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, void (*callback)(qemu_plugin_id_t, struct qemu_plugin_tb *));
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
extern void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
                                             void (*callback)(unsigned int, qemu_plugin_meminfo_t, uint64_t, void *),
                                             int registers, int read_write, void *data);
extern struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t info, uint64_t address);
extern uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *address);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

enum { NO_REGISTERS = 0, READ_AND_WRITE = 3, MAX_VCPUS = 64 };

// One cache line each, so that virtual CPUs do not slow one another.
static struct { _Alignas(64) atomic_ulong fast; atomic_ulong slow; } counts[MAX_VCPUS];
static uint64_t from, to, fast_bytes;
static FILE *out;

static void on_access(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
    (void)data;
    if (address < from || address >= to)
        return;
    struct qemu_plugin_hwaddr *where = qemu_plugin_get_hwaddr(info, address);
    if (!where)
        return;
    atomic_ulong *count = qemu_plugin_hwaddr_phys_addr(where) < fast_bytes ? &counts[vcpu % MAX_VCPUS].fast : &counts[vcpu % MAX_VCPUS].slow;
    atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        // Kernel code (upper half) reaches the range only on behalf of system calls; leaving it out halves the cost.
        if (!(qemu_plugin_insn_vaddr(insn) >> 63))
            qemu_plugin_register_vcpu_mem_cb(insn, on_access, NO_REGISTERS, READ_AND_WRITE, NULL);
    }
}

static void *report(void *data)
{
    (void)data;
    unsigned long fast_before = 0, slow_before = 0;
    for (unsigned second = 1;; second++) {
        sleep(1);
        unsigned long fast = 0, slow = 0;
        for (int vcpu = 0; vcpu < MAX_VCPUS; vcpu++) {
            fast += atomic_load_explicit(&counts[vcpu].fast, memory_order_relaxed);
            slow += atomic_load_explicit(&counts[vcpu].slow, memory_order_relaxed);
        }
        fprintf(out, "%u %lu %lu\n", second, fast - fast_before, slow - slow_before);
        fflush(out);
        fast_before = fast;
        slow_before = slow;
    }
    return NULL;
}

__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "out=", 4))
            out = fopen(argv[i] + 4, "w");
        else if (!strncmp(argv[i], "from=", 5))
            from = strtoull(argv[i] + 5, NULL, 16);
        else if (!strncmp(argv[i], "to=", 3))
            to = strtoull(argv[i] + 3, NULL, 16);
        else if (!strncmp(argv[i], "fast=", 5))
            fast_bytes = strtoull(argv[i] + 5, NULL, 10);
    }
    pthread_t reporter;
    if (!out || from >= to || !fast_bytes || pthread_create(&reporter, NULL, report, NULL)) {
        fprintf(stderr, "access-counter: usage: out=FILE,from=HEX,to=HEX,fast=BYTES\n");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    return 0;
}
