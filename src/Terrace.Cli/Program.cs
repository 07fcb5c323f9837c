Console.WriteLine("terrace");
