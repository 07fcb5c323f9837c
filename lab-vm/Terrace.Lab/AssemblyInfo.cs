[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Terrace.Lab.Tests")]
[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Terrace.Fuzz")]
