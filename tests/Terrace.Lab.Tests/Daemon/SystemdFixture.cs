using Terrace.Lab.Machine;
using Terrace.Lab.Programs;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>
/// A machine of the lab whose init is Debian's systemd, in a folder of its own with our Debian package unpacked into it; booted
/// when the first test asks for
/// it. Of the units that Debian starts at boot it has the journal alone.
/// </summary>
public sealed class SystemdFixture : IAsyncLifetime
{
    /// <summary>The root of systemd and of all that it starts.</summary>
    public const string Root = "/srv/systemd";

    // libstdc++: the package depends on it, systemd does not.
    private static readonly string[] s_packages = ["systemd", "libstdc++6", "apparmor"];

    private const string HandOver = $$"""
        cd {{Root}}
        mkdir -p dev proc sys run tmp var/tmp var/lib var/log root home etc/systemd/system
        chmod 1777 tmp var/tmp
        cp /etc/passwd /etc/group etc/
        echo 0123456789abcdef0123456789abcdef > etc/machine-id
        cp /bin/busybox bin/
        mkdir -p usr/bin
        ln -sf ../lib/terrace/terrace usr/bin/terrace
        rm -rf lib/systemd/system/*.target.wants lib/systemd/system-generators usr/lib/systemd/system-generators
        printf '%s\n' '[Unit]' 'Requires=basic.target' 'Wants=systemd-journald.service' \
            'After=systemd-journald.service' > etc/systemd/system/default.target
        printf '#!/bin/sh\nmount -o bind {{Root}} {{Root}}\nexec chroot {{Root}} /lib/systemd/systemd\n' > /run/next
        chmod 755 /run/next
        mv /run/next /run/lab-init
        n=0; until chroot {{Root}} /bin/systemctl is-active --quiet default.target; do
            sleep 0.5; n=$((n + 1))
            [ $n -lt 240 ] || exit 1
        done
        """;

    private readonly PackageFixture _package = new();
    private LabMachine? _machine;

    /// <summary>The machine.</summary>
    public async Task<LabMachine> MachineAsync()
    {
        if (_machine is not null)
        {
            return _machine;
        }

        CancellationToken ct = TestContext.Current.CancellationToken;
        await _package.InitializeAsync();
        List<string> folders = [];
        try
        {
            foreach (string package in s_packages)
            {
                folders.Add(await ProgramStore.GetAsync(package, _ => { }, ct));
            }
        }
        catch (LabException error) when (error.Message.Contains("cannot fetch", StringComparison.Ordinal))
        {
            Assert.Skip(error.Message);
        }

        _machine = await LabFixture.BootOrSkipAsync(new LabSpec { InitLater = true });
        foreach (string folder in (string[])[.. folders, _package.Root])
        {
            await _machine.PutAsync(folder, Root, ct);
        }

        await _machine.PutAsync(Path.Combine(_package.Control, "prerm"), Root + "/tmp/prerm", ct);
        LabResult handedOver = await _machine.RunAsync(HandOver, ct: ct);
        Assert.True(handedOver.ExitCode == 0, $"systemd did not come up: {handedOver.Stderr}{_machine.ConsoleLog}");
        return _machine;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_machine is not null)
        {
            await _machine.DisposeAsync();
        }

        await _package.DisposeAsync();
    }
}
