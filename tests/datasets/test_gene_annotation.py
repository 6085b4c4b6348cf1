import gzip

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kedro.io import DatasetError

from step.datasets import GeneAnnotationDataset
from step.genome.placement import choose_tss
from tests.datasets.conftest import explained, place

GTF = """#!genome-build GRCm39
1\thavana\tgene\t101\t200\t.\t-\t.\tgene_id "ENSG1"; gene_name "Nkg7"; note "a #1";
1\thavana\texon\t101\t150\t.\t-\t.\tgene_id "ENSG1"; gene_name "Nkg7";
1\thavana\tgene\t301\t400\t.\t+\t.\tgene_id "ENSG2";
"""
GFF3 = """##gff-version 3
1\tensembl\tchromosome\t1\t1000\t.\t.\t.\tID=chromosome:1
1\tensembl\tgene\t101\t200\t.\t-\t.\tID=gene:ENSG1;Name=Nkg7;biotype=protein_coding
1\tensembl\tncRNA_gene\t301\t400\t.\t+\t.\tID=gene:ENSG2;Name=Mir15a%3B2
1\tensembl\tmRNA\t101\t200\t.\t-\t.\tID=transcript:T1;Name=Nkg7-201
##FASTA
>1
ACGT
"""
MIRBASE = """##gff-version 3
chr1\t.\tmiRNA_primary_transcript\t101\t200\t.\t-\t.\tID=MI1;Alias=MI1;Name=mmu-mir-15a
chr1\t.\tmiRNA\t110\t131\t.\t-\t.\tID=MIMAT1;Name=mmu-miR-15a-5p;Derives_from=MI1
"""
BIOMART = """Gene name\tChromosome/scaffold name\tGene start (bp)\tGene end (bp)\tStrand
Nkg7\t1\t101\t200\t-1
NA\t1\t301\t400\t1
"""
NKG7 = {"chrom": "1", "start": 100, "end": 200, "gene": "Nkg7", "strand": "-"}


def read(path, content: str, **arguments) -> list[dict]:
    data = gzip.compress(content.encode()) if path.suffix == ".gz" else content.encode()
    path.write_bytes(data)
    found = GeneAnnotationDataset(filepath=str(path), **arguments).load()
    return found.drop(columns="gene_id").to_dict("records")


@pytest.mark.parametrize("name", ["g.gtf", "g.gtf.gz"])
def test_gtf(tmp_path, name):
    found = read(tmp_path / name, GTF)
    second = {"chrom": "1", "start": 300, "end": 400, "gene": "ENSG2", "strand": "+"}
    assert found == [NKG7, second]


@pytest.mark.parametrize("name", ["g.gff3", "g.gff", "g.gff3.gz"])
def test_gff3(tmp_path, name):
    found = read(tmp_path / name, GFF3)
    second = {"chrom": "1", "start": 300, "end": 400, "gene": "Mir15a;2", "strand": "+"}
    assert found == [NKG7, second]


def test_mirnas_of_mirbase(tmp_path):
    found = read(tmp_path / "mmu.gff3", MIRBASE)
    assert [(row["gene"], row["start"]) for row in found] == [
        ("mmu-mir-15a", 100),
        ("mmu-miR-15a-5p", 109),
    ]


def record(feature: str, start: object, end: object, attributes: str = 'gene_id "a";') -> str:
    return f"chr1\tx\t{feature}\t{start}\t{end}\t.\t+\t.\t{attributes}\n"


BED = ["1", "100", "200", "Nkg7", "0", "-", "100", "200", "0", "1", "100,", "0,"]


@pytest.mark.parametrize("n_columns", range(4, 13))
def test_bed(tmp_path, n_columns):
    lines = f"track name=genes\n# a comment\n{chr(9).join(BED[:n_columns])}\n"
    strand = "-" if n_columns > 5 else "."
    assert read(tmp_path / "g.bed.gz", lines) == [NKG7 | {"strand": strand}]


def test_a_table_says_what_its_columns_are_called_and_where_it_counts_from(tmp_path):
    columns = {
        "gene": "Gene name",
        "chrom": "Chromosome/scaffold name",
        "start": "Gene start (bp)",
        "end": "Gene end (bp)",
        "strand": "Strand",
    }
    found = read(tmp_path / "mart_export.txt", BIOMART, columns=columns, first_base=1)
    assert found[0] == NKG7
    assert found[1]["gene"] == "NA"
    sites = read(tmp_path / "g.csv", "gene,chrom,tss,strand\nNkg7,1,199,-\n")
    assert sites == [NKG7 | {"start": 199}]


def test_records_without_a_name_are_left_out(tmp_path):
    content = "chr1\t5\t9\ta\t0\t-\nchr1\t5\t5\t\t0\t+\n"
    assert [row["gene"] for row in read(tmp_path / "g.bed", content)] == ["a"]


def test_annotation_survives_a_round_trip_through_gtf(tmp_path):
    genes = pd.DataFrame(
        {
            "chrom": ["chr1", "chr2"],
            "start": [0, 99],
            "end": [10, 200],
            "gene": ["a", "b"],
            "strand": ["+", "-"],
        }
    )
    dataset = GeneAnnotationDataset(filepath=str(tmp_path / "g.gtf"))
    dataset.save(genes)
    assert "\t1\t10\t" in (tmp_path / "g.gtf").read_text()  # GTF counts from one, ends included
    found = dataset.load()
    assert found.pop("gene_id").tolist() == ["a", "b"]
    pd.testing.assert_frame_equal(found, genes, check_dtype=False)


def test_identifiers_are_kept(tmp_path):
    (tmp_path / "g.gtf").write_text(GTF)
    (tmp_path / "g.gff3").write_text(GFF3.replace("biotype=", "gene_id=ENSG1.4;biotype="))
    for name, expected in (("g.gtf", "ENSG1"), ("g.gff3", "ENSG1.4")):
        found = GeneAnnotationDataset(filepath=str(tmp_path / name)).load()
        assert found["gene_id"].iloc[0] == expected


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("g.bed", "chr1\t5\t9\n", "3 tab-separated columns.*no names"),
        ("g.bed", "chr1 5 9 a\n", "1 tab-separated columns"),
        ("g.bed", "chr1\t5\t9\ta\nchr1\t5\t9\n", "line 2 has 3 columns"),
        ("g.bed", "chr1\tx\t9\ta\t0\t+\n", "line 1 is no gene with a place"),
        ("g.bed", "chr1\t9\t5\ta\t0\t+\n", "line 1 is no gene with a place"),
        ("g.bed", "chr1\t5.5\t9\ta\t0\t+\n", "line 1 is no gene with a place"),
        ("g.bed", "chr1\t5\tinf\ta\t0\t+\n", "line 1 is no gene with a place"),
        ("g.bed", "\t5\t9\ta\t0\t+\n", "Each needs a chromosome"),
        ("g.bed", "chr1\t5\t9\ta\t0\tx\n", "strand"),
        ("g.bed", "chr1\t5\t9\t\t0\t+\n", "names no gene"),
        ("g.bed", "chr1\t5\t9\ta\t+\n", "strands in its fifth column"),
        ("g.tsv", "gene\tchrom\tstart\tend\na\tchr1\t5\t9\t\n", "one cell more than the header"),
        ("g.bed", "", "not a BED file"),
        ("g.gtf", 'chr1\tx\tCDS\t1\t5\t.\t+\t.\tgene_id "a";\n', "no `gene`.*but 'CDS'"),
        ("g.gtf", "chr1\t5\t9\ta\t0\t+\n", "line 1 has 6 tab-separated columns"),
        ("g.gff3", "", "but nothing"),
        ("g.gtf.gz", "plain text", "cannot be read"),
        ("g.tsv", "gene\tchrom\tstart\na\t1\t5\n", "no column 'end'"),
        ("g.tsv", "", "is empty"),
        ("g.tsv", "gene\tchrom\ttss\na\t1\t-5\n", "line 2 is no gene with a place"),
        ("g.tsv", "gene\tchrom\ttss\n\na\t1\t5\nb\t1\tx\n", "line 4 .*gene 'b'.*start 'x'"),
        ("g.gtf", "\n#\n" + record("gene", 5, "1e20"), "line 3 is no gene .*end '1e20'"),
        ("g.gtf", record("gene", 0, 5), "line 1 is no gene .*1 ≤ start"),
        ("g.gtf", record("gene", -7, 5), "line 1 is no gene with a place"),
        ("g.gtf", record("gene", 9, 5), "line 1 is no gene with a place"),
        ("g.gtf", record("gene", 1, 5, 'tag "x";'), "its 1 `gene` records name no gene; none has"),
        ("g.gff3", record("miRNA", 1, 5, "Alias=x"), "its 1 `miRNA` records"),
        ("g.gtf", record("gene", 1, 5, 'gene_id "a\x07";'), r"line 1: the name .*U\+0007"),
        ("g.gff3", record("gene", 1, 5, "ID=a%07"), r"line 1: the name .*U\+0007"),
        ("g.bed", "chr1\t1\t5\ta\nchr1\t1\t5\tb\x0b\x07\n", r"line 2: the name .*U\+0007"),
        ("g.bed", "chr\x071\t1\t5\ta\n", r"line 1: the name .*U\+0007"),
        ("g.csv", "gene,chrom,tss\na,1,5\n#N/A,1,5\n", "line 3: a spreadsheet's error"),
        ("g.gtf", record("gene" * 9_999, 1, 5), "holds no `gene`"),
        ("g.bed", "c" * 9_999 + "\t1\tx\ta\n", "line 1 is no gene"),
    ],
)
def test_wrong_annotations_are_explained(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(DatasetError, match=message) as raised:
        GeneAnnotationDataset(filepath=str(path)).load()
    assert len(str(raised.value.__cause__)) < 600


@pytest.mark.parametrize("content", [GTF, GFF3, MIRBASE])
@pytest.mark.parametrize("name", ["g.gtf", "g.gff", "g.gff3"])
def test_the_attributes_say_whether_it_is_gtf_or_gff3(tmp_path, name, content):
    own = "own.gff3" if "gff-version" in content else "own.gtf"
    assert read(tmp_path / name, content) == read(tmp_path / own, content)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    ("name", "content"),
    [("g.gtf", GTF), ("g.gff3.gz", GFF3), ("g.bed", "chr1\t5\t9\tµ\n"), ("g.txt", BIOMART)],
)
def test_byte_order_marks_are_understood(tmp_path, name, content, encoding):
    columns = {"gene": "Gene name", "chrom": "Chromosome/scaffold name"}
    columns |= {"start": "Gene start (bp)", "end": "Gene end (bp)"}
    plain = read(tmp_path / name, content, columns=columns)
    data = content.encode(encoding)
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    found = GeneAnnotationDataset(filepath=str(tmp_path / name), columns=columns).load()
    assert found.drop(columns="gene_id").to_dict("records") == plain


def test_another_encoding_is_explained_with_its_line(tmp_path):
    (tmp_path / "g.gtf").write_bytes((GTF + record("gene", 1, 5, 'gene_id "µ"')).encode("latin-1"))
    with pytest.raises(DatasetError, match=r"g\.gtf, line 5 is not UTF-8 text\. Save the file"):
        GeneAnnotationDataset(filepath=str(tmp_path / "g.gtf")).load()


def test_white_space_in_names_is_cleaned(tmp_path):
    found = read(tmp_path / "g.bed", "chr1 \t5\t9\t Aqp5\x0b\n")
    assert [(row["chrom"], row["gene"]) for row in found] == [("chr1", "Aqp5")]


def test_a_table_counts_from_zero_or_one(tmp_path):
    with pytest.raises(DatasetError, match="it is 0 or 1"):
        read(tmp_path / "g.tsv", "gene\tchrom\ttss\na\t1\t5\n", first_base=2)


token = st.sampled_from(
    [
        "chr1",
        "1",
        "gene",
        "5",
        "9",
        "-3",
        "+",
        "-",
        ".",
        "x",
        "",
        "nan",
        'gene_id "a"',
        "ID=b",
        "1e9",
    ]
)
line = st.lists(token, min_size=1, max_size=12).map("\t".join)


@settings(max_examples=200)
@given(
    st.sampled_from(["g.gtf", "g.gff3", "g.bed", "g.tsv", "g.bed.gz"]),
    st.one_of(
        st.binary(max_size=60),
        st.lists(line, max_size=4).map(lambda lines: "\n".join(lines).encode()),
        st.lists(line, max_size=3).map(
            lambda lines: "\n".join(["gene\tchrom\tstart\tend", *lines]).encode()
        ),
    ),
)
def test_any_file_is_an_annotation_or_explained(name, content):
    with place() as folder:
        (folder / name).write_bytes(content)
        found = explained(GeneAnnotationDataset(filepath=str(folder / name)))
    if found is not None:
        assert len(found) > 0
        assert ((found["start"] >= 0) & (found["start"] <= found["end"])).all()
        assert (found["gene"] != "").all()
        assert found["strand"].isin(["+", "-", "."]).all()


EXONS = """1\tprotein_coding\texon\t101\t200\t.\t+\t.\tgene_id "G1"; gene_name "Aqp5";
1\tprotein_coding\tCDS\t121\t200\t.\t+\t.\tgene_id "G1"; gene_name "Aqp5";
1\tprotein_coding\texon\t301\t400\t.\t+\t.\tgene_id "G1"; gene_name "Aqp5";
2\tprotein_coding\texon\t501\t600\t.\t-\t.\tgene_id "G2"; gene_name "Sftpc";
2\tprotein_coding\texon\t701\t800\t.\t-\t.\tgene_id "G2"; gene_name "Sftpc";
"""


def test_where_an_archive_lists_exons_alone_the_first_begins_the_gene(tmp_path):
    (tmp_path / "g.gtf").write_text(EXONS)
    annotation = GeneAnnotationDataset(filepath=str(tmp_path / "g.gtf")).load()
    found = choose_tss(annotation).set_index("gene")["tss"]
    assert found.to_dict() == {"Aqp5": 100, "Sftpc": 799}


def test_exons_are_passed_over_where_there_are_genes(tmp_path):
    gene = EXONS.splitlines()[0].replace("\texon\t101\t200", "\tgene\t51\t400")
    for content in (gene + "\n" + EXONS, EXONS + gene + "\n"):
        assert [row["start"] for row in read(tmp_path / "g.gtf", content)] == [50]


@pytest.mark.parametrize(
    ("columns", "message"),
    [({"strand": "Strnd"}, "no column 'Strnd'"), ({"symbol": "Gene name"}, "may name chrom, ")],
)
def test_a_column_that_is_named_has_to_be_there(tmp_path, columns, message):
    known = {
        "gene": "Gene name", "chrom": "Chromosome/scaffold name", "start": "Gene start (bp)",
        "end": "Gene end (bp)",
    }  # fmt: skip
    with pytest.raises(DatasetError, match=message):
        read(tmp_path / "m.txt", BIOMART, columns=known | columns, first_base=1)
