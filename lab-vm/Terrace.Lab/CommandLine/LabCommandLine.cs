using System.CommandLine;
using System.CommandLine.Parsing;
using Terrace.Lab.Specification;

namespace Terrace.Lab.CommandLine;

/// <summary>The options of <c>./lab</c>, in the groups of its help.</summary>
internal sealed class LabCommandLine
{
    private const string SeeHelp = "see ./lab --help";

    // Names and values are taken as they are written: no @file, no several letters after one dash.
    private static readonly ParserConfiguration Plain = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    private readonly Option<IReadOnlyList<NodeSpec>[]> nodes = Valued("--nodes", "LIST",
        """
        nodes KIND:SIZE[@LATENCYns[/BANDWIDTHG]], KIND dram, cxl or pmem (default
        dram:1G,cxl:2G); latency and bandwidth are what firmware reports, not delays
        """, (_, text) => NodeSpec.ParseList(text));
    private readonly Option<string[]> kernel = Valued("--kernel", "NAME",
        """
        Debian's 6.12 (default), 6.1 or 7, fetched once; NAME-full has 9p and more
        drivers; or the path of a vmlinuz
        """, Text);
    private readonly Option<int[]> cpus = Valued("--cpus", "N", "CPUs (default 2)", OptionValues.Cpus);
    private readonly Option<int[]> sockets =
        Valued("--sockets", "N", "how many of the nodes, the first ones, have CPUs (default 1)", OptionValues.Cpus);
    private readonly Option<IReadOnlyList<NodeDistance>[]> distances =
        Valued("--distances", "LIST", "NODE-NODE:DISTANCE, of nodes from each other", (_, text) => NodeDistance.ParseList(text));
    private readonly Option<bool> la57 = Flag("--la57", "five levels of page tables");
    private readonly Option<bool> nested = Flag("--nested", "AMD virtualization, for KVM guests inside (needs gcc)");
    private readonly Option<long[]> pmem = Valued("--pmem", "SIZE", "an NVDIMM that becomes one more node", OptionValues.MemoryBlocks);
    private readonly Option<long[]> disk = Valued("--disk", "SIZE", "an empty disk, /dev/vda", OptionValues.Bytes);
    private readonly Option<IReadOnlyList<HugePool>[]> hugetlb =
        Valued("--hugetlb", "LIST", "NODE:SIZE, pools of pages of 2M from boot", (_, text) => HugePool.ParseList(text));
    private readonly Option<long[]> mthp = Valued("--mthp", "SIZE", "folios of 16K to 1M for anonymous memory", OptionValues.Folio);
    private readonly Option<long[]> zram = Valued("--zram", "SIZE", "swap in compressed memory", OptionValues.Bytes);
    private readonly Option<bool> ksm = Flag("--ksm", "KSM runs: equal pages that programs offer are merged");
    private readonly Option<string[]> append = Valued("--append", "WORDS", "more words for the kernel's command line", Text);
    private readonly Option<string[]> qemu = Valued("--qemu", "ARGS", "more arguments for QEMU", Text);
    private readonly Option<TimeSpan[]> bootTimeout = Valued("--boot-timeout", "T", "longest boot (default 90s)", OptionValues.Duration);
    private readonly Option<(string, string)[]> put =
        Valued("--put", "HOST:GUEST", "copy a file or folder in before the command (repeatable)", OptionValues.Pair);
    private readonly Option<(string, string)[]> get =
        Valued("--get", "GUEST:FOLDER", "copy a file or folder back after it, also when it fails (repeatable)", OptionValues.Pair);
    private readonly Option<string[]> program =
        Valued("--program", "PATH", "put a program of the host in with its libraries (repeatable)", Text);
    private readonly Option<TimeSpan[]> timeout =
        Valued("--timeout", "T", "longest command: 90s, 10m (default 10m)", OptionValues.Duration);
    private readonly Option<bool> prepare = Flag("--prepare", "only fetch the kernel, or a newer one");
    private readonly Option<bool> verbose = Flag("--verbose", "say what happens", "-v");
    private readonly Option<bool> help = Flag("--help", "show this text", "-h");

    // A name with a slash is none that an argument could be taken for.
    private readonly Command command = new("./lab");

    public LabCommandLine()
    {
        Groups =
        [
            ("Machine", [nodes, kernel, cpus, sockets, distances, la57, nested, pmem, append, qemu, bootTimeout]),
            ("Shapes of memory", [disk, hugetlb, mthp, zram, ksm]),
            ("Files and programs", [put, get, program]),
            ("Run", [timeout, prepare, verbose, help]),
        ];
        foreach (var option in Groups.SelectMany(group => group.Options))
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The options as help shows them.</summary>
    public IReadOnlyList<(string Title, IReadOnlyList<Option> Options)> Groups { get; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="LabException">With <see cref="LabExitCode.Usage"/>.</exception>
    public LabOptions Parse(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        // What comes after -- is the command, whatever it looks like.
        string[] own = [.. arguments.TakeWhile(argument => argument != "--")];
        RefuseOtherForms(own);
        var parsed = command.Parse(own, Plain);
        if (parsed.Errors.Count > 0)
        {
            throw Refusal(parsed, own);
        }

        string[] words = [.. arguments.Skip(own.Length + 1)];
        if (words.Length == 0 && own.Length < arguments.Count)
        {
            throw LabException.Usage("there is no command after --", "leave -- out for a shell");
        }

        return Options(parsed) with { Command = words };
    }

    private LabOptions Options(ParseResult parsed)
    {
        LabSpec usual = new();
        LabOptions plain = new();
        LabOptions read = new()
        {
            Spec = usual with
            {
                Nodes = Last(parsed, nodes, usual.Nodes),
                Kernel = Last(parsed, kernel, usual.Kernel),
                Cpus = Last(parsed, cpus, usual.Cpus),
                Sockets = Last(parsed, sockets, usual.Sockets),
                Distances = Last(parsed, distances, usual.Distances),
                FiveLevelPaging = parsed.GetValue(la57),
                Nested = parsed.GetValue(nested),
                PmemBytes = Last(parsed, pmem, usual.PmemBytes),
                DiskBytes = Last(parsed, disk, usual.DiskBytes),
                HugePools = Last(parsed, hugetlb, usual.HugePools),
                FolioBytes = Last(parsed, mthp, usual.FolioBytes),
                ZramBytes = Last(parsed, zram, usual.ZramBytes),
                MergesPages = parsed.GetValue(ksm),
                Append = string.Join(' ', All(parsed, append)).Trim(),
                Programs = All(parsed, program),
                QemuArguments = [.. All(parsed, qemu).SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries))],
                BootTimeout = Last(parsed, bootTimeout, usual.BootTimeout),
            },
            Puts = All(parsed, put),
            Gets = All(parsed, get),
            Timeout = Last(parsed, timeout, plain.Timeout),
            Prepare = parsed.GetValue(prepare),
            Verbose = parsed.GetValue(verbose),
            Help = parsed.GetValue(help),
        };
        RequireFit(read.Spec);
        return read;
    }

    private static void RequireFit(LabSpec spec)
    {
        var most = Math.Min(spec.Nodes.Count, spec.Cpus);
        if (spec.Sockets > most)
        {
            throw LabException.Usage($"--sockets {spec.Sockets} is more than there are nodes or CPUs", $"give at most {most}");
        }

        if (spec.Distances.FirstOrDefault(distance => Math.Max(distance.From, distance.To) >= spec.Nodes.Count) is { } absent)
        {
            throw LabException.Usage(
                $"--distances: there is no node {Math.Max(absent.From, absent.To)}", $"the nodes are 0 to {spec.Nodes.Count - 1}");
        }
    }

    /// <summary>
    /// Forms that the library reads in its own way: [directives], NAME:VALUE, and NAME= with the next argument as the value.
    /// </summary>
    private void RefuseOtherForms(string[] own)
    {
        var odd = own is [['[', ..] first, ..]
            ? first
            : own.FirstOrDefault(
                argument => command.Options.Any(option => argument.StartsWith(option.Name + ":", StringComparison.Ordinal)));
        if (odd is not null)
        {
            throw Unknown(odd);
        }

        if (command.Options.FirstOrDefault(option => own.Contains(option.Name + "=")) is { } empty)
        {
            var what = empty.Arity.MaximumNumberOfValues == 0 ? "takes no value" : "needs a value";
            throw LabException.Usage($"{empty.Name} {what}", SeeHelp);
        }
    }

    private static LabException Unknown(string argument) =>
        LabException.Usage($"option '{argument}' is unknown", SeeHelp + "; a command comes after --");

    private LabException Refusal(ParseResult parsed, string[] own)
    {
        // A value that is wrong has its whole message from the reader of values; it comes before what is only missing or unknown.
        var errors = parsed.Errors.OrderBy(error => error.SymbolResult is OptionResult { Tokens.Count: > 0 } ? 0 : 1).ToList();
        if (errors[0].SymbolResult is OptionResult { Tokens.Count: > 0 })
        {
            return LabException.Usage(errors[0].Message);
        }

        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            var flag = command.Options.FirstOrDefault(
                option => option.Arity.MaximumNumberOfValues == 0 && own.Contains($"{option.Name}={unknown}"));
            return flag is not null
                ? LabException.Usage($"{flag.Name} takes no value", SeeHelp)
                : Unknown(unknown);
        }

        return errors[0].SymbolResult is OptionResult { Option.Name: var name }
            ? LabException.Usage($"{name} needs a value", SeeHelp)
            : LabException.Usage(errors[0].Message, SeeHelp);
    }

    private static string Text(string name, string text) => text;

    private static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>An option with one value, that may be given again.</summary>
    private static Option<T[]> Valued<T>(string name, string value, string description, Func<string, string, T> read) => new(name)
    {
        HelpName = value,
        Description = description,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result =>
        {
            try
            {
                return [.. result.Tokens.Select(token => read(name, token.Value))];
            }
            catch (LabException error)
            {
                result.AddError(error.Message);
                return null;
            }
        },
    };

    private static T[] All<T>(ParseResult parsed, Option<T[]> option) => parsed.GetValue(option) ?? [];

    /// <summary>Of an option that is given again the last value counts.</summary>
    private static T Last<T>(ParseResult parsed, Option<T[]> option, T usual) => All(parsed, option) is [.., var last] ? last : usual;
}
