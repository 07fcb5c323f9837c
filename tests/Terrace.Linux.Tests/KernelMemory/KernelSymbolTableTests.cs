using System.Buffers.Binary;
using System.Text;
using Terrace.Linux.KernelMemory;

namespace Terrace.Linux.Tests.KernelMemory;

public sealed class KernelSymbolTableTests
{
    private const ulong Base = 0xffffffff81000000;
    private const ulong InitTask = 0xffffffff82a0f940;
    private const ulong HugeZero = 0xffffffff82f01238;
    private const ulong Known = 0xffffffff82a1c000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Symbols_are_found_whichever_way_the_kernel_counts(bool isNegative) =>
        Assert.Equal(new KernelSymbols(InitTask, HugeZero), new Table(isNegative).Read());

    [Fact]
    public void A_kernel_without_a_shared_page_of_zeros_says_none() =>
        Assert.Equal(new KernelSymbols(InitTask, 0), new Table(true, hugeZeroName: "Bhuge_zero_page").Read());

    [Fact]
    public void Symbols_that_contradict_what_the_kernel_says_otherwise_are_not_believed() =>
        Assert.Null(new Table(true, known: Known + 8).Read());

    [Theory]
    [InlineData("kallsyms_names")]
    [InlineData("kallsyms_num_syms")]
    [InlineData("kallsyms_token_table")]
    [InlineData("kallsyms_token_index")]
    [InlineData("kallsyms_offsets")]
    [InlineData("kallsyms_relative_base")]
    [InlineData("init_uts_ns")]
    public void Where_something_is_not_said_nothing_is_found(string name)
    {
        Table table = new(true);
        table.Info = table.Info.Replace($"SYMBOL({name})", "SYMBOL(other)", StringComparison.Ordinal);
        Assert.Null(table.Read());
    }

    [Fact]
    public void Damage_is_no_fault_and_never_gives_another_address()
    {
        Random random = new(5);
        for (int run = 0; run < 2000; run++)
        {
            Table table = new(run % 2 == 0);
            for (int i = 0; i < 1 + random.Next(40); i++)
            {
                // An offset that is damaged would not be noticed.
                int at = random.Next(table.Memory.Length);
                table.Memory[at] = table.IsOffset(at) ? table.Memory[at] : (byte)random.Next(256);
            }

            if (random.Next(4) == 0)
            {
                Array.Resize(ref table.Memory, random.Next(table.Memory.Length));
            }

            KernelSymbols? found = table.Read();
            Assert.Contains(found?.InitTask ?? 0, (ulong[])[0, InitTask]);
            Assert.Contains(found?.HugeZeroFrame ?? 0, (ulong[])[0, HugeZero]);
        }
    }

    private sealed class Table
    {
        private const ulong Start = 0xffffffff82000000;

        public byte[] Memory;
        private readonly int _offsetsEnd;

        public Table(bool isNegative, ulong known = Known, string hugeZeroName = "Bhuge_zero_pfn")
        {
            // Tokens: every letter stands for itself, two more for what is frequent.
            List<byte> texts = [];
            List<byte> index = [];
            for (int token = 0; token < 256; token++)
            {
                index.AddRange(BitConverter.GetBytes((ushort)texts.Count));
                string text = token switch { 200 => "init_", 201 => "Dinit", >= 128 => "", _ => $"{(char)token}" };
                texts.AddRange(Encoding.ASCII.GetBytes(text));
                texts.Add(0);
            }

            texts.AddRange(new byte[256]);
            List<(byte[] Tokens, ulong Address)> symbols =
            [
                .. Enumerable.Range(0, 9000).Select(i => (Encoding.ASCII.GetBytes($"tfiller_with_a_name_{i}"), Base + (ulong)i)),
                (Encoding.ASCII.GetBytes("t" + new string('x', 300)), Base + 9500),
                ([(byte)'d', 200, .. "task_exec_state"u8], Base + 9600),
                ([201, .. "_task"u8], InitTask),
                ([(byte)'D', 200, .. "uts_ns"u8], Known),
                (Encoding.ASCII.GetBytes(hugeZeroName), HugeZero),
                (Encoding.ASCII.GetBytes("B_end"), HugeZero + 4096),
            ];
            List<byte> names = [];
            List<byte> offsets = [];
            foreach ((byte[] tokens, ulong address) in symbols)
            {
                int length = tokens.Length;
                names.AddRange(length < 128 ? [(byte)length] : [(byte)((length & 0x7f) | 0x80), (byte)(length >> 7)]);
                names.AddRange(tokens);
                offsets.AddRange(BitConverter.GetBytes(isNegative ? (int)(Base - 1 - address) : (int)(uint)(address - Base)));
            }

            List<byte> memory = [];
            StringBuilder info = new("OSRELEASE=6.12\n");
            Put("kallsyms_num_syms", BitConverter.GetBytes(symbols.Count));
            Put("kallsyms_offsets", offsets);
            _offsetsEnd = memory.Count;
            Put("kallsyms_relative_base", BitConverter.GetBytes(Base));
            Put("kallsyms_names", names);
            Put("kallsyms_token_table", texts);
            Put("kallsyms_token_index", index);
            info.Append($"SYMBOL(init_uts_ns)={known:x}\n");
            Memory = [.. memory];
            Info = info.ToString();

            void Put(string name, IEnumerable<byte> bytes)
            {
                info.Append($"SYMBOL({name})={Start + (ulong)memory.Count:x}\n");
                memory.AddRange(bytes);
            }
        }

        public string Info { get; set; }

        public bool IsOffset(int at) => at >= sizeof(int) && at < _offsetsEnd;

        public KernelSymbols? Read() => KernelSymbolTable.TryRead(Encoding.ASCII.GetBytes(Info), TryRead);

        private bool TryRead(ulong address, Span<byte> buffer)
        {
            ulong at = address - Start;
            if (at > (ulong)Memory.Length || (ulong)Memory.Length - at < (ulong)buffer.Length)
            {
                return false;
            }

            Memory.AsSpan((int)at, buffer.Length).CopyTo(buffer);
            return true;
        }
    }
}
