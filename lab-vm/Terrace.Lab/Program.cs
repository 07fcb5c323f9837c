using System.Text;
using Terrace.Lab.CommandLine;
using Terrace.Lab.Kernels;
using Terrace.Lab.Machine;

namespace Terrace.Lab;

/// <summary>The command behind <c>./lab</c>.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        try
        {
            LabCommandLine line = new();
            var options = line.Parse(arguments);
            if (options.Help)
            {
                Console.Out.WriteLine(LabUsage.Text(line));
                return 0;
            }

            return options.Prepare ? await PrepareAsync(options, stop.Token) : await RunAsync(options, stop.Token);
        }
        catch (LabException error)
        {
            Console.Error.WriteLine($"lab: {error.Message}");
            return error.ExitCode;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"lab: {error.Message}; is there room and are you allowed to write there?");
            return LabExitCode.Unavailable;
        }
        catch (OperationCanceledException)
        {
            return LabExitCode.Interrupted;
        }
    }

    private static async Task<int> PrepareAsync(LabOptions options, CancellationToken ct)
    {
        var kernel = await KernelStore.GetAsync(options.Spec.Kernel, refresh: true, Say, ct);
        Say($"kernel {kernel.Name} is at {kernel.VmlinuzPath}");
        return 0;
    }

    private static async Task<int> RunAsync(LabOptions options, CancellationToken ct)
    {
        foreach (var (hostPath, _) in options.Puts)
        {
            if (!Path.Exists(hostPath))
            {
                throw LabException.Usage($"--put: '{hostPath}' does not exist", "give a file or a folder of the host");
            }
        }

        var interactive = options.Command.Count == 0;
        await using var machine = await LabMachine.BootAsync(options.Spec with { ConsoleOnTerminal = interactive }, Say, ct);
        if (options.Verbose || interactive)
        {
            Say($"kernel {machine.KernelRelease} is up after {machine.BootTime.TotalSeconds:0.0} s");
        }

        foreach (var (hostPath, guestPath) in options.Puts)
        {
            await machine.PutAsync(hostPath, guestPath, ct);
        }

        var exitCode = interactive ? await ShellAsync(machine, ct) : await CommandAsync(machine, options, ct);
        foreach (var (guestPath, hostFolder) in options.Gets)
        {
            await machine.GetAsync(guestPath, hostFolder, ct);
        }

        return exitCode;
    }

    private static async Task<int> CommandAsync(LabMachine machine, LabOptions options, CancellationToken ct)
    {
        await using var stdout = Console.OpenStandardOutput();
        await using var stderr = Console.OpenStandardError();
        var result = await machine.RunAsync(
            "exec " + string.Join(' ', options.Command.Select(Quote)),
            options.Timeout,
            bytes => { stdout.Write(bytes); stdout.Flush(); },
            bytes => { stderr.Write(bytes); stderr.Flush(); },
            ct);
        return result.ExitCode;
    }

    private static async Task<int> ShellAsync(LabMachine machine, CancellationToken ct)
    {
        // The console of the machine is this terminal, so its keys belong to the guest, Ctrl-C included (QEMU's signal=off). The agent has
        // made the script a session leader; cttyhack gives it the console as its controlling terminal, for job control.
        var size = Console.IsOutputRedirected ? "" : $"stty rows {Console.WindowHeight} cols {Console.WindowWidth}; ";
        var result = await machine.RunAsync($"exec </dev/ttyS0 >/dev/ttyS0 2>&1; {size}exec cttyhack sh -l", TimeSpan.FromDays(7), ct: ct);
        return result.ExitCode;
    }

    /// <summary>One word for a shell, whatever is in it.</summary>
    private static string Quote(string word) =>
        new StringBuilder("'").Append(word.Replace("'", "'\\''", StringComparison.Ordinal)).Append('\'').ToString();

    private static void Say(string text) => Console.Error.WriteLine($"lab: {text}");
}
