/*
 * Runs before everything else of the native program: on a processor without what the program is compiled for it becomes the portable program next to it,
 * or else says in one line what is missing. Without it the .NET runtime would abort with a core dump.
 *
 * Compiled for any x86-64 processor, whatever the rest is compiled for.
 */
#include <cpuid.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* ExitCode.Unavailable (EX_UNAVAILABLE). */
#define UNAVAILABLE 69

/* State that the kernel saves of XMM and YMM registers, in XCR0 (Intel's manual, volume 1, 13.3). */
#define SAVED_VECTORS 6u

#define PORTABLE "terrace-portable"

/* The registers of cpuid by leaf. */
enum { LEAF_1_ECX, LEAF_7_EBX, LEAF_EXTENDED_ECX, LEAVES };

/* What x86-64-v3 asks for (System V ABI for x86-64, table 3.1), those of v2 with it. */
static const struct { const char *name; unsigned leaf; unsigned bit; } needed[] = {
    { "SSE3", LEAF_1_ECX, bit_SSE3 },   { "SSSE3", LEAF_1_ECX, bit_SSSE3 },   { "CX16", LEAF_1_ECX, bit_CMPXCHG16B },
    { "SSE4.1", LEAF_1_ECX, bit_SSE4_1 }, { "SSE4.2", LEAF_1_ECX, bit_SSE4_2 }, { "POPCNT", LEAF_1_ECX, bit_POPCNT },
    { "LAHF", LEAF_EXTENDED_ECX, bit_LAHF_LM }, { "AVX", LEAF_1_ECX, bit_AVX }, { "AVX2", LEAF_7_EBX, bit_AVX2 },
    { "BMI1", LEAF_7_EBX, bit_BMI },    { "BMI2", LEAF_7_EBX, bit_BMI2 },     { "F16C", LEAF_1_ECX, bit_F16C },
    { "FMA", LEAF_1_ECX, bit_FMA },     { "LZCNT", LEAF_EXTENDED_ECX, bit_LZCNT }, { "MOVBE", LEAF_1_ECX, bit_MOVBE },
};

static void read_leaves(unsigned leaves[LEAVES])
{
    unsigned a, b, c, d;
    if (__get_cpuid(1, &a, &b, &c, &d))
        leaves[LEAF_1_ECX] = c;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
        leaves[LEAF_7_EBX] = b;
    if (__get_cpuid(0x80000001, &a, &b, &c, &d))
        leaves[LEAF_EXTENDED_ECX] = c;

    /* AVX and what builds on it are of no use where the kernel does not save the registers. */
    unsigned saved = 0;
    if (leaves[LEAF_1_ECX] & bit_OSXSAVE)
        __asm__("xgetbv" : "=a"(saved), "=d"(d) : "c"(0));
    if ((saved & SAVED_VECTORS) != SAVED_VECTORS) {
        leaves[LEAF_1_ECX] &= ~(bit_AVX | bit_F16C | bit_FMA);
        leaves[LEAF_7_EBX] &= ~bit_AVX2;
    }
}

/* Returns only where there is no such program. */
static void become_portable(char **argv, char **envp)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof PORTABLE);
    if (length <= 0)
        return;
    path[length] = 0;
    char *name = strrchr(path, '/');
    if (name) {
        memcpy(name + 1, PORTABLE, sizeof PORTABLE);
        execve(path, argv, envp);
    }
}

static void check_processor(int argc, char **argv, char **envp)
{
    unsigned leaves[LEAVES] = { 0 };
    char text[512] = "terrace: this processor lacks ";
    size_t lacking = 0;
    (void)argc;
    read_leaves(leaves);
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (!(leaves[needed[i].leaf] & needed[i].bit)) {
            strcat(text, lacking++ ? ", " : "");
            strcat(text, needed[i].name);
        }
    }
    if (!lacking)
        return;
    become_portable(argv, envp);
    strcat(text, "; put " PORTABLE " next to this program, which ./build --portable makes and all packages have\n");
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
    _exit(UNAVAILABLE);
}

/* Before the constructors of all libraries (System V ABI, 5.3.1 "Initialization and Termination Functions"). */
__attribute__((section(".preinit_array"), used)) static void (*const check)(int, char **, char **) = check_processor;
