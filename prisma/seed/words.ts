export const COLLEGES = [
  ["North College", "NORTH", 900, "ACTIVE"],
  ["St. Brigid", "BRIGID", 800, "ACTIVE"],
  ["Harbour Institute", "HARBOUR", 720, "ACTIVE"],
  ["Lakeside", "LAKESIDE", 412, "TRIAL"],
  ["Riverton Polytechnic", "RIVERTON", 640, "ACTIVE"],
  ["Eastgate School of Medicine", "EASTGATE", 560, "ACTIVE"],
  ["Kestrel Academy", "KESTREL", 480, "ACTIVE"],
  ["Marlow Business School", "MARLOW", 420, "PAST_DUE"],
  ["Old Mill College", "OLDMILL", 360, "ACTIVE"],
  ["Summit Teachers' College", "SUMMIT", 300, "ACTIVE"],
  ["Ferndale", "FERNDALE", 220, "SUSPENDED"],
  ["Westbrook Evening School", "WESTBROOK", 188, "EXPIRED"],
] as const;

export const FIRST =
  "Ada Amara Ana Anders Aoife Arjun Beatriz Bilal Carlos Chen Chidi Clara Daniel Dara Diego Elif Emeka Emma Farah Femi Finn Freya Grace Hana Hiro Ibrahim Ines Isabel Ivan Jamal Joon Kavya Khalid Lena Leila Liam Linh Lucas Mara Maria Mateo Mei Mina Musa Nadia Naledi Nora Olga Omar Oskar Pedro Priya Quentin Rania Rosa Samir Sana Selma Sofia Tariq Tomas Uma Vera Wen Yara Yusuf Zainab Zoe".split(
    " ",
  );
export const LAST =
  "Abe Adeyemi Ahmed Almeida Andersen Banerjee Bianchi Brown Castro Chanda Chen Costa Diallo Dubois Eriksen Farouk Fischer Garcia Haddad Hansen Hughes Ivanova Jansen Kaya Khan Kim Kovac Kumar Larsen Lee Lopez Mbeki Mendes Meyer Moreau Murphy Nakamura Ndlovu Nguyen Novak Okafor Okoye Osei Park Patel Petrov Quispe Rahman Reyes Rossi Sato Schmidt Sharma Silva Singh Sousa Suzuki Tanaka Torres Usman Vargas Vos Walker Weber Yilmaz Zhang".split(
    " ",
  );

export const SUBJECTS = [
  ["Organic Chemistry", "CHEM"],
  ["Constitutional Law", "LAW"],
  ["Linear Algebra", "MATH"],
  ["Pharmacology", "PHAR"],
  ["Modern History", "HIST"],
  ["Macroeconomics", "ECON"],
  ["Data Structures", "COMP"],
  ["Human Anatomy", "ANAT"],
  ["Statistics", "STAT"],
  ["Corporate Finance", "FIN"],
  ["Thermodynamics", "PHYS"],
  ["Developmental Psychology", "PSYC"],
] as const;

export const BROWSERS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0",
];
