using Terrace.Linux.Kernel;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>Kernel lockdown: "confidentiality" forbids reading kernel memory (LOCKDOWN_KCORE, include/linux/security.h).</summary>
internal sealed class LockdownCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        LockdownLevel level = LockdownLevels.Read(host.Files);
        bool forbids = level == LockdownLevel.Confidentiality;
        return new CheckResult
        {
            Group = CheckGroups.Tracking,
            Name = "kernel lockdown",
            State = forbids ? CheckState.Missing : CheckState.Works,
            NeededFor = "reading page tables: lockdown=confidentiality forbids it",
            Detail = level switch
            {
                LockdownLevel.None => "none",
                LockdownLevel.Integrity => "integrity, which lets kernel memory be read",
                LockdownLevel.Confidentiality => "lockdown is at \"confidentiality\", which forbids reading kernel memory",
                _ => "none found",
            },
            Fix = forbids ? "boot with lockdown=integrity, or without lockdown= (Secure Boot needs no more than integrity)" : null,
        };
    }
}
