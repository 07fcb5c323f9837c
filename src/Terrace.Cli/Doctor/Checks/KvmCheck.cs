namespace Terrace.Cli.Doctor.Checks;

/// <summary>KVM, for hosts of virtual machines.</summary>
internal sealed class KvmCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        bool there = host.Files.Has("dev/kvm");
        return new CheckResult
        {
            Group = CheckGroups.Optional,
            Name = "KVM",
            State = there ? CheckState.Works : CheckState.Missing,
            NeededFor = "hosts of virtual machines only",
            Detail = there ? "/dev/kvm is there" : "there is no /dev/kvm",
            Fix = there ? null : "on such a host: enable virtualisation in the firmware, then sudo modprobe kvm_intel or kvm_amd",
        };
    }
}
