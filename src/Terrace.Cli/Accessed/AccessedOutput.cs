using Terrace.Cli.Terminal;
using Terrace.Host.Failures;
using Terrace.Host.Files;

namespace Terrace.Cli.Accessed;

/// <summary>Where pages go: to standard output, to a file, or nowhere when they are only counted.</summary>
internal sealed class AccessedOutput : IDisposable
{
    private readonly CliConsole _console;
    private readonly string? _path;
    private readonly OutputFile? _file;
    private readonly bool _json;
    private Stream? _stream;

    /// <summary>Checks it, and writes nothing yet.</summary>
    /// <param name="console">For standard output.</param>
    /// <param name="path">The file; null for none.</param>
    /// <param name="json">Standard output is for lines of JSON.</param>
    /// <exception cref="CommandFailure">The file may not be written.</exception>
    public AccessedOutput(CliConsole console, string? path, bool json)
    {
        _console = console;
        _path = path;
        _json = json;
        _file = OutputFile.Check("--output", path, OutputContent.AccessedBits);
    }

    /// <summary>Something goes to standard output.</summary>
    public bool UsesStandardOutput => _json || _path is null || OutputFile.IsStandardOutput(_path);

    /// <summary>Bytes have no place on a terminal, and none among lines of JSON.</summary>
    /// <exception cref="CommandFailure">That is what was asked for.</exception>
    public static void Refuse(CliConsole console, string? path, bool json)
    {
        bool toStandardOutput = path is null ? !json : OutputFile.IsStandardOutput(path);
        if (toStandardOutput && json)
        {
            throw new CommandFailure(
                ExitCode.Usage, $"--output: '{path}' is where --json writes", "name a file, or leave --json out");
        }

        if (toStandardOutput && console.OutIsTerminal)
        {
            throw new CommandFailure(
                ExitCode.Usage,
                "accessed writes bytes, and standard output is a terminal",
                "send them to a program or a file, or add --json for their numbers");
        }
    }

    /// <summary>Makes what writes them; from now on the file is there.</summary>
    /// <exception cref="CommandFailure">The file cannot be written.</exception>
    public IAccessedWriter? Open(AccessedFormat format)
    {
        if (_json && _path is null)
        {
            return null;
        }

        _stream = _file?.OpenStream() ?? _console.Bytes;
        return format == AccessedFormat.Bitmap ? new BitmapWriter(_stream) : new IdlePagesWriter(_stream);
    }

    /// <summary>What it means that the file, or the pipe of its name, could not be written.</summary>
    public CommandFailure FailureOf(IOException problem) => OutputProblem.IsNobodyReads(problem)
        ? new CommandFailure(ExitCode.NobodyReads, $"--output: '{_path}' is read by nobody any more", "start its reader again")
        : new CommandFailure(
            ExitCode.CannotWrite,
            $"--output: '{Printable.Of(_path ?? "")}' cannot be written: {OutputProblem.Of(problem)}",
            OutputProblem.FixOf(problem));

    public void Dispose()
    {
        if (_file is not null)
        {
            _stream?.Dispose();
            _file.Dispose();
        }
    }
}
