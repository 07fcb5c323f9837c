using System.Text;

namespace Terrace.Fuzz.Tests;

/// <summary>Changed seeds of a target, the same ones for the same number: a short stand-in for a fuzzer.</summary>
internal sealed class Mutations(IFuzzTarget target, int number)
{
    private const int MostChanges = 6;

    private static readonly byte[] s_bytes = [0, 1, 0x7f, 0x80, 0xff, (byte)' ', (byte)'\n', (byte)'-', (byte)'0', (byte)'9', (byte)'"'];
    private readonly Random _random = new(number);
    private readonly byte[][] _seeds = [.. target.Seeds];
    private readonly byte[][] _words = [.. target.Words.Select(Encoding.UTF8.GetBytes)];

    /// <summary>The next one.</summary>
    public byte[] Next()
    {
        List<byte> input = [.. Any(_seeds)];
        for (int changes = _random.Next(1, MostChanges + 1); changes > 0; changes--)
        {
            Change(input);
        }

        return [.. input.Take(target.MaxBytes)];
    }

    private void Change(List<byte> input)
    {
        int at = _random.Next(input.Count + 1);
        int length = Math.Min(_random.Next(1, 32), input.Count - at);
        switch (_random.Next(6))
        {
            case 0 when length > 0:
                input[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when length > 0:
                input[at] = s_bytes[_random.Next(s_bytes.Length)];
                break;
            case 2:
                input.RemoveRange(at, length);
                break;
            case 3:
                input.InsertRange(at, input.GetRange(at, length));
                break;
            case 4 when _words.Length > 0:
                input.InsertRange(at, Any(_words));
                break;
            default:
                // The end of another seed.
                byte[] other = Any(_seeds);
                input.RemoveRange(at, input.Count - at);
                input.AddRange(other.AsSpan(_random.Next(other.Length)));
                break;
        }
    }

    private byte[] Any(byte[][] from) => from[_random.Next(from.Length)];
}
