// Makes an empty virtual machine, prints a line, and keeps the machine for ever: see lab-vm/guest/lab-kvm for what that is good for.
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(void) {
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm < 0 || ioctl(kvm, KVM_CREATE_VM, 0) < 0) {
        perror("kvm");
        return 1;
    }

    puts("kept");
    fflush(stdout);
    for (;;)
        pause();
}
