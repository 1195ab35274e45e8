import Orchestration
import Testing

@Suite("A manifest as YAML")
struct ManifestTests {
  @Test("has its keys sorted, lists and maps nested, and a text of several lines as it is")
  func golden() {
    let manifest: Manifest = [
      "spec": [
        "ports": [["port": 7070, "name": "data"], ["name": "control", "port": 7071]], "empty": [:], "none": [],
        "nested": [["list": [1, [2, 3]]]],
      ],
      "data": ["node.json": "{\n  \"a\": 1\n\n}\n"], "kind": "Service", "flag": true,
    ]
    #expect(
      manifest.yaml == """
        data:
          node.json: |
            {
              "a": 1

            }
        flag: true
        kind: Service
        spec:
          empty: {}
          nested:
            - list:
                - 1
                - - 2
                  - 3
          none: []
          ports:
            - name: data
              port: 7070
            - name: control
              port: 7071

        """)
  }

  @Test(
    "quotes every text that YAML would take for something else",
    arguments: [
      ("true", "\"true\""), ("No", "\"No\""), ("null", "\"null\""), ("y", "\"y\""), ("", "\"\""), ("1", "\"1\""),
      ("0x1f", "\"0x1f\""), ("1e3", "\"1e3\""), ("-", "\"-\""), ("~", "\"~\""), ("a: b", "\"a: b\""),
      ("a #b", "\"a #b\""), ("a\"b\\c", "\"a\\\"b\\\\c\""), (" a", "\" a\""), ("a\n\n", "\"a\\n\\n\""),
      ("a\u{1}", "\"a\\U00000001\""), ("é", "\"é\""), ("é\n", "\"é\\n\""), ("\n", "\"\\n\""),
      ("kubernetes.io/h2c", "kubernetes.io/h2c"), ("/etc/x", "/etc/x"), ("a-b_c.d", "a-b_c.d"), ("truest", "truest"),
      ("--json", "\"--json\""),
    ])
  func texts(text: String, written: String) { #expect(Manifest.text(text).yaml == written + "\n") }
}
